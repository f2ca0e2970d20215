//! Shares: index 0, one index twice, tweaked, of another generation or vault.

use breakglass::crypto::envelope::encrypt_armored;
use breakglass::secret::share::commitment;

use crate::forge::{self, swapped, with_value};
use crate::laid::Laid;
use crate::world::CANARY;

/// The text with its last hexadecimal digit changed.
fn tweaked(share: &str) -> String {
    let last = share.trim_end().chars().last().unwrap();
    format!("{}{}\n", &share.trim_end()[..share.trim_end().len() - 1], if last == '0' { '1' } else { '0' })
}

/// Bob's share in a new vault is what `change` makes of it, and the administrator committed to that; the
/// custodian finds it bad when he checks it and when he would approve. Alice's, beside it, is sound.
#[track_caller]
fn sealed_badly(change: fn(&str) -> String, why: &str) {
    let laid = Laid::ready();
    let mut sealed = laid.made("other");
    let text = change(&laid.share("bob", &sealed));
    let file = encrypt_armored(&[laid.identity("bob").to_recipient()], text.as_bytes()).unwrap();
    laid.reseal(&mut sealed, "bob", file);
    sealed.seal.shares[1].commitment = commitment(&text);
    laid.logged(&sealed);
    let bad = "the share of `bob` in other generation 1 is bad";
    laid.disk.refuses(5, "check other --as bob/bob").what(bad).says(why);
    laid.ask(&sealed);
    let run = laid.disk.refuses(5, "deny req.bgr --as bob/bob --because x -o bob.bgd");
    run.what("the share of `bob` is bad").says(why).at("req.bgr");
    laid.disk.run("check other --as alice/alice").ok();
}

/// Bob hands over what `change` makes of his share.
#[track_caller]
fn handed_over_badly(change: impl Fn(&Laid, &str) -> String, why: &str) {
    let laid = Laid::ready();
    let asking = laid.emergency();
    let sealed = laid.sealed("prod", 1);
    let share = laid.share("bob", &sealed);
    let bad = laid.hand_over("bob", &asking, &sealed, &change(&laid, &share));
    laid.sets_aside("bob", &asking, &bad, why);
    // The same, unchanged, is good.
    let laid = Laid::ready();
    let asking = laid.emergency();
    let sealed = laid.sealed("prod", 1);
    let good = laid.hand_over("bob", &asking, &sealed, &laid.share("bob", &sealed));
    laid.releases(&[("alice", laid.world.approve("alice", &asking)), ("bob", good)]);
}

#[test]
fn a_share_of_index_0_is_bad() {
    handed_over_badly(|_, share| with_value(share, "index", "0"), "line 10 of the share's text is malformed");
}

#[test]
fn a_sealed_share_of_index_0_is_bad() {
    sealed_badly(|share| with_value(share, "index", "0"), "line 10 of the share's text is malformed");
}

#[test]
fn a_seal_of_index_0_is_refused() {
    let laid = Laid::ready();
    let dan = [laid.world.signs("dan")];
    let sealed = laid.made("other");
    let record =
        |change: &dyn Fn(&str) -> String| forge::record(&laid.world, sealed.seal.clone(), &dan, change);
    let bad = record(&|line| swapped(line, r#""shares":[{"index":1"#, r#""shares":[{"index":0"#));
    laid.is_faulty("SEAL-SHARES", &bad);
    // The same, unchanged, is a record.
    laid.lay_sealed(&sealed);
    laid.restore([laid.world.bytes(), record(&str::to_owned)].concat());
}

#[test]
fn two_shares_with_one_index_are_bad() {
    // Bob's share says that it is alice's.
    let why = "the share's index differs from the seal's";
    handed_over_badly(|_, share| with_value(share, "index", "1"), why);
    sealed_badly(|share| with_value(share, "index", "1"), why);
    // Bob hands over alice's own share, which he should never have had, as his.
    let alices = |laid: &Laid, _: &str| laid.share("alice", &laid.sealed("prod", 1));
    handed_over_badly(alices, why);
    sealed_badly(|share| with_value(share, "index", "300"), "line 10 of the share's text is malformed");
}

#[test]
fn a_seal_with_two_shares_of_one_index_is_tampering() {
    let laid = Laid::ready();
    let mut seal = laid.made("other").seal;
    seal.shares[1].index = 1.try_into().unwrap();
    laid.breaks("SEAL-SHARES", seal, &[laid.world.signs("dan")]);
    // Nor does an approval count that claims another's index.
    let asking = laid.emergency();
    let sealed = laid.sealed("prod", 1);
    let ciphertext = encrypt_armored(&[asking.session.identity().to_recipient()], b"x").unwrap();
    let claimed = laid.approval("bob", &asking, &sealed, &ciphertext, |approval| {
        approval.index = 1.try_into().unwrap();
    });
    laid.sets_aside("bob", &asking, &claimed, "is not of the share that was sealed to them");
}

#[test]
fn a_tweaked_share_is_bad() {
    handed_over_badly(|_, share| tweaked(share), "its commitment differs");
    let salted = |_: &Laid, share: &str| with_value(share, "salt", &"0".repeat(64));
    handed_over_badly(salted, "its commitment differs");
}

#[test]
fn a_tweaked_sealed_share_is_bad() {
    // The file was changed: it is not the one that the seal names.
    let laid = Laid::ready();
    let file = "escrow/vaults/prod/1/bob.share.age";
    let whole = laid.disk.read(file);
    let mut bytes = whole.clone();
    bytes[100] ^= 1;
    laid.disk.write(file, bytes);
    let run = laid.disk.refuses(5, "check prod --as bob/bob");
    run.what("the sealed share of `bob` in prod generation 1 is not the file that was sealed");
    laid.disk.write(file, whole);
    laid.disk.run("check prod --as bob/bob").ok();
}

#[test]
fn a_share_of_a_previous_generation_is_bad() {
    let world = crate::world::World::ready();
    world.seal("prod", breakglass::record::seal::Kind::Root, 2, &crate::laid::THREE);
    let laid = Laid::of(world);
    let (old, new) = (laid.sealed("prod", 1), laid.sealed("prod", 2));
    // In an approval.
    let asking = laid.ask(&new);
    let bad = laid.hand_over("bob", &asking, &new, &laid.share("bob", &old));
    laid.sets_aside("bob", &asking, &bad, "the share's generation differs from the seal's");
    // In an approval that says so.
    let asking = laid.ask(&new);
    let bad = laid.approval("bob", &asking, &new, &old.sealed_shares[1].1, |approval| {
        approval.generation = 1;
    });
    let why = "is not of the share that was sealed to them";
    laid.releases_nothing(5, &[("bad", bad)]).says("approval by `bob`").says(why);
    // As a file: the old one in the place of the new.
    laid.disk.copy("escrow/vaults/prod/1/bob.share.age", "escrow/vaults/prod/2/bob.share.age");
    let run = laid.disk.refuses(5, "check prod --as bob/bob");
    run.what("the sealed share of `bob` in prod generation 2 is not the file that was sealed");
}

#[test]
fn a_share_of_another_vault_is_bad() {
    let canarys = |laid: &Laid, _: &str| laid.share("bob", &laid.sealed(CANARY, 1));
    handed_over_badly(canarys, "the share's vault differs from the seal's");
    let laid = Laid::ready();
    laid.disk
        .copy("escrow/vaults/canary-2-of-3-ecd32c36/1/bob.share.age", "escrow/vaults/prod/1/bob.share.age");
    let run = laid.disk.refuses(5, "check prod --as bob/bob");
    run.what("the sealed share of `bob` in prod generation 1 is not the file that was sealed");
}
