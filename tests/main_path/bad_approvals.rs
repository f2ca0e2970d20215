//! Approvals that do not count, beside enough that do.

use super::*;

/// What is set aside from `bad` and two good approvals.
#[track_caller]
fn set_aside(
    world: &World,
    asking: &Asking,
    bad: ApprovalFile,
    good: &[Vec<u8>],
) -> (Option<String>, BadApproval) {
    let escrow = world.reading().escrow;
    let mut all = vec![bad];
    all.extend(files(good));
    let mut gathered = gather(&escrow, &asking.record, &asking.session, all).unwrap();
    assert!(gathered.enough().is_ok(), "the good ones remain");
    assert_eq!(gathered.set_aside.len(), 1, "{:?}", gathered.set_aside);
    assert!(gathered.approvers().iter().map(PersonId::as_str).eq(["alice", "bob"]));
    let bad = gathered.bad_shares();
    let aside = gathered.set_aside.pop().unwrap();
    // Whom nobody signed for is not accused.
    let signed = !matches!(aside.why, BadApproval::Statement(..));
    assert_eq!(bad, aside.custodian.iter().filter(|_| signed).cloned().collect::<Vec<_>>());
    let sealed = world.sealed(&world.generation("prod").seal.vault, 1);
    gathered.reconstruct(&sealed.payload, Vec::new(), environment()).unwrap();
    (aside.custodian.map(|person| person.to_string()), aside.why)
}

#[test]
fn bad_approvals_are_set_aside_by_name_and_the_good_ones_count() {
    let world = World::ready();
    let (asking, other) = (world.emergency(), world.emergency());
    let good = world.approvals(&["alice", "bob"], &asking);
    let carols = world.approve("carol", &asking);
    // Of another request.
    let (who, why) = set_aside(&world, &asking, files(&[world.approve("carol", &other)]).remove(0), &good);
    assert_eq!(who.as_deref(), Some("carol"));
    assert_eq!(why.to_string(), "the approval by `carol` is of another request");
    // Another ciphertext: alice's under carol's note, and carol's with a changed line.
    let (parsed, alices) = (ApprovalFile::parse(&carols).unwrap(), ApprovalFile::parse(&good[0]).unwrap());
    let mixed = ApprovalFile { note: parsed.note.clone(), ciphertext: alices.ciphertext };
    assert!(matches!(set_aside(&world, &asking, mixed, &good).1, BadApproval::OtherCiphertext));
    let mut changed = parsed.ciphertext.into_bytes();
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let changed = ApprovalFile { note: parsed.note, ciphertext: String::from_utf8(changed).unwrap() };
    let (who, why) = set_aside(&world, &asking, changed, &good);
    assert_eq!(who.as_deref(), Some("carol"));
    assert!(matches!(why, BadApproval::OtherCiphertext));
    // A second one by alice, as good as the first: one of the two is set aside.
    let (who, why) = set_aside(&world, &asking, files(&[world.approve("alice", &asking)]).remove(0), &good);
    assert_eq!(
        (who.as_deref(), why.to_string().as_str()),
        (Some("alice"), "`alice` approved twice, and counts once")
    );
    signed_by_others(&world, &asking, &good);
    with_another_share(&world, &asking, &other, &good);
}

/// By somebody without a share, by a stranger, under a false name.
#[track_caller]
fn signed_by_others(world: &World, asking: &Asking, good: &[Vec<u8>]) {
    let approval = breakglass::record::statement::SignedStatement::parse(files(good).remove(0).note).unwrap();
    let mallory = actor("mallory", &[Role::Custodian]);
    for (signs, who, rule) in [
        (world.signs("erin"), "erin", None),
        (mallory.signs(), "mallory", Some(Rule::StatementPerson)),
        ((world.signs("carol").0, mallory.signs().1), "carol", Some(Rule::StatementSignature)),
    ] {
        let forged = world.forge_statement(signs, approval.statement.says.clone(), |_| {});
        let file = ApprovalFile { note: forged.note, ciphertext: files(good).remove(0).ciphertext };
        let (named, why) = set_aside(world, asking, file, good);
        assert_eq!(named.as_deref(), Some(who));
        match rule {
            Some(rule) => {
                assert!(matches!(&why, BadApproval::Statement(broken) if broken.rule == rule), "{why:?}")
            }
            None => assert_eq!(
                why.to_string(),
                "the approval by `erin` is not of the share that was sealed to them"
            ),
        }
    }
}

/// The ciphertext that was approved, and another share in it: alice's, or one for another request. And carol's own with
/// another value, which would spoil the release of the others.
#[track_caller]
fn with_another_share(world: &World, asking: &Asking, other: &Asking, good: &[Vec<u8>]) {
    let escrow = world.id();
    let seal = world.generation("prod").seal.as_ref().clone();
    let open = |who: &str| {
        let sealed = world.sealed(&seal.vault, 1);
        let file = &sealed.sealed_shares.iter().find(|(id, _)| id.as_str() == who).unwrap().1;
        let identity = world.person(who).identity.clone();
        open_share(&[identity], file, &escrow, &seal, world.person(who).id()).unwrap()
    };
    let text = open("carol").text();
    let (rest, last) = text.trim_end().split_at(text.trim_end().len() - 1);
    let spoilt = Share::parse(&format!("{rest}{}\n", if last == "0" { "1" } else { "0" })).unwrap();
    for (share, request, expected) in [
        (open("alice"), asking.record, ShareError::Contradicts("index")),
        (open("carol"), other.record, ShareError::OtherRequest),
        (spoilt, asking.record, ShareError::Commitment),
    ] {
        let to = [asking.session.identity().to_recipient()];
        let ciphertext = envelope::encrypt_armored(&to, share.approved_text(&request).as_bytes()).unwrap();
        let approval = breakglass::record::statement::Approval {
            request: asking.record,
            vault: seal.vault,
            generation: 1,
            index: 3.try_into().unwrap(),
            ciphertext: Digest::of(ciphertext.as_bytes()),
            compared: Vec::new(),
            deviations: Vec::new(),
            environment: None,
        };
        let forged = world.forge_statement(world.signs("carol"), approval, |_| {});
        let why = set_aside(world, asking, ApprovalFile { note: forged.note, ciphertext }, good).1;
        assert!(matches!(why, BadApproval::Share(ref found) if *found == expected), "{why:?}");
    }
}
