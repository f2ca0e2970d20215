//! Generations: confirmed, given up, undecided; and who has the vote.

use breakglass::crypto::digest::Digest;
use breakglass::record::agree::{Agree, Proposal};
use breakglass::record::confirm::{Confirm, SignIn};
use breakglass::record::finding::Rule;
use breakglass::record::retire::Retire;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::record::statement::{SignedStatement, Statement};
use breakglass::value::names::KeyName;
use data_encoding::BASE64;

use super::log_case::{small, spoiled};
use super::retirements::retire;
use crate::world::{CANARY, World, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

pub fn write() {
    let world = small();
    confirmations(&world);
    verdicts(&world);
    agreements(&world);
    votes(&world);
    retirements(&world);
}

fn works(world: &World) -> SignIn {
    SignIn::SignedIn(world.now())
}

fn fails() -> SignIn {
    SignIn::Failed(text("the codes are refused"))
}

fn forge(world: &World, who: &str, says: impl Into<Statement>) -> SignedStatement {
    let statement = world.forge_statement(world.signs(who), says, |_| {});
    world.forge_collected(who, &[&statement]);
    statement
}

/// The next generation of `prod`, and these words about it, in order.
fn told(world: &World, words: &[(&str, SignIn)]) {
    world.seal("prod", Kind::Root, 2, &ALL);
    for (who, outcome) in words {
        let statement = world.confirmed(who, "prod", 2, outcome.clone());
        world.collect(who, &[&statement]).unwrap();
    }
}

fn confirmations(world: &World) {
    let good = || world.confirm_of("prod", 1, works(world));
    let other = Digest::of(b"another seal");
    let (canary, vault) = (world.confirm_of(CANARY, 1, works(world)), Digest::of(b"another vault"));
    for (name, about, rule, who, says) in [
        ("confirmed", "By one who holds a share.", Rule::ConfirmedAlone, "alice", good()),
        ("confirmed-by-its-sealer", "By who sealed it.", Rule::ConfirmedAlone, "dan", good()),
        ("confirmed-by-nobodys-holder", "By another administrator.", Rule::ConfirmHolder, "erin", good()),
        ("confirmed-canary", "A canary is confirmed.", Rule::ConfirmGeneration, "alice", canary),
        (
            "confirmed-generation-unknown",
            "A generation that is not there.",
            Rule::ConfirmGeneration,
            "alice",
            Confirm { generation: 2, ..good() },
        ),
        (
            "confirmed-other-seal",
            "Another seal.",
            Rule::ConfirmGeneration,
            "alice",
            Confirm { seal: other, ..good() },
        ),
        (
            "confirmed-other-vault",
            "Another vault.",
            Rule::ConfirmGeneration,
            "alice",
            Confirm { vault, ..good() },
        ),
    ] {
        spoiled(world, name, about, rule, |world| forge(world, who, says));
    }
    spoiled(
        world,
        "confirmed-by-a-retired-holder",
        "The holder had retired.",
        Rule::StatementRole,
        |world| {
            world.append(retire("carol"), &[world.signs("dan")]).unwrap();
            forge(world, "carol", good())
        },
    );
}

fn verdicts(world: &World) {
    let (good, bad) = (|| works(world), fails);
    let untested = || SignIn::NotTested(text("no second device was at hand"));
    let undecided = Rule::GenerationUndecided;
    spoiled(world, "generation-undecided", "Nobody says a word about it.", undecided, |world| {
        told(world, &[])
    });
    spoiled(world, "generation-confirmed", "By its sealer and a holder.", None, |world| {
        told(world, &[("dan", good()), ("alice", untested())]);
    });
    spoiled(world, "generation-given-up", "By a holder and its sealer.", Rule::GenerationGivenUp, |world| {
        told(world, &[("alice", bad()), ("dan", bad())]);
    });
    let alone = Rule::ConfirmedAlone;
    spoiled(world, "generation-given-up-alone", "By one holder.", alone, |world| {
        told(world, &[("bob", bad())])
    });
    spoiled(world, "generation-turned-by-one", "One word against one.", alone, |world| {
        told(world, &[("alice", good()), ("bob", bad())]);
    });
    let about = "One word against two is nothing.";
    spoiled(world, "generation-not-turned-by-one", about, None, |world| {
        told(world, &[("dan", good()), ("alice", good()), ("bob", bad())]);
    });
    let about = "A satisfying set turns what two held.";
    spoiled(world, "generation-turned-by-a-satisfying-set", about, Rule::GenerationGivenUp, |world| {
        told(world, &[("dan", good()), ("alice", good()), ("bob", bad()), ("alice", bad())]);
    });
    let about = "Sealed again with what was released, and confirmed: the exposure stays.";
    spoiled(world, "same-credentials-confirmed", about, Rule::Exposed, |world| {
        world.released();
        let same = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::Same);
        world.append(same.seal, &[world.signs("dan")]).unwrap();
        world.confirm("prod", 2, &["dan", "alice"]);
    });
    let about = "Given up after it had ended an exposure, which is back.";
    spoiled(world, "exposure-revived", about, Rule::Exposed, |world| {
        world.released();
        told(world, &[("dan", good()), ("dan", bad())]);
    });
}

fn agreements(world: &World) {
    let nothing = Digest::of(b"nothing");
    for (name, about, with) in [
        ("agreed-with-no-statement", "With a statement that is not there.", Agree::Statement(nothing)),
        ("agreed-to-no-record", "To a record that is not there.", Agree::Record(nothing)),
        ("agreed-to-genesis", "To a record that takes no agreement.", Agree::Record(world.id())),
    ] {
        spoiled(world, name, about, Rule::AgreeSubject, |world| forge(world, "alice", with));
    }
    spoiled(world, "agreed-in-one-record", "With a statement in the same record.", None, |world| {
        let first = world.confirmed("dan", "prod", 1, works(world));
        let second = world.state("bob", Agree::Statement(first.note.digest()));
        world.collect("dan", &[&first, &second]).unwrap();
    });
    spoiled(world, "agreed-with-oneself", "With one's own statement.", Rule::StatementRole, |world| {
        let first = forge(world, "alice", world.confirm_of("prod", 1, works(world)));
        forge(world, "alice", Agree::Statement(first.note.digest()))
    });
}

fn votes(world: &World) {
    let fewer = |world: &World| {
        world.seal("prod", Kind::Root, 2, &["alice", "bob"]);
        world.head().hash
    };
    let (rule, about) = (Rule::SealChangedPeople, "An administrator seals to other people.");
    spoiled(world, "seal-to-other-people", about, rule, fewer);
    spoiled(world, "seal-to-other-people-countersigned-by-one", "One elector agrees.", rule, |world| {
        let seal = fewer(world);
        world.agree("carol", Agree::Record(seal))
    });
    let about = "A satisfying set of the electors agrees.";
    spoiled(world, "seal-to-other-people-countersigned", about, Rule::GenerationUndecided, |world| {
        let seal = fewer(world);
        world.agree("carol", Agree::Record(seal));
        world.agree("alice", Agree::Record(seal))
    });
    let about = "The electors seal to other people themselves.";
    spoiled(world, "seal-by-electors-to-other-people", about, Rule::GenerationUndecided, |world| {
        let seal = world.make_seal("prod", Kind::Root, 2, &["alice", "bob"], Credentials::New).seal;
        world.append(seal, &[world.signs("alice"), world.signs("carol")]).unwrap();
    });
    let bare = World::begin(Default::default());
    bare.seal("prod", Kind::Root, 2, &ALL);
    let about = "A threshold of custodians seals, none of whom has checked: there are no electors yet.";
    spoiled(&bare, "seal-by-custodians-unchecked", about, Rule::SealSigner, |world| {
        let seal = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New).seal;
        world.forge(seal, &[world.signs("alice"), world.signs("bob")])
    });
}

fn retirements(world: &World) {
    let (prod, canary) = (world.generation("prod").seal.vault, world.generation(CANARY).seal.vault);
    let for_prod = |who: &str| Retire { vault: Some(prod), ..retire(who) };
    let consent = |says: Retire, who: &[&str]| world.retire_with(&says, who);
    let two = ["alice", "bob"];
    let bad = Some(Rule::RetireSigner);
    for (name, about, rule, says) in [
        ("retired-with-consent", "By the electors of a vault.", None, consent(for_prod("carol"), &two)),
        ("retired-everywhere", "By all electors, everywhere.", None, consent(retire("dan"), &two)),
        ("retired-consent-of-one", "One consents.", bad, consent(for_prod("carol"), &two[..1])),
        ("retired-consent-twice", "One consents twice.", bad, consent(for_prod("carol"), &["bob", "bob"])),
        (
            "retired-consent-without-vote",
            "An auditor consents.",
            bad,
            consent(for_prod("carol"), &["bob", "fred"]),
        ),
        (
            "retired-consent-to-another",
            "They consent to another retirement.",
            bad,
            Retire { agrees: consent(for_prod("dan"), &two).agrees, ..for_prod("carol") },
        ),
        (
            "retired-for-a-canary",
            "For a canary.",
            bad,
            consent(Retire { vault: Some(canary), ..retire("carol") }, &two),
        ),
    ] {
        spoiled(world, name, about, rule, |world| world.forge(says.clone(), &[world.signs("fred")]));
    }
    spoiled(world, "retired-consent-by-nobody", "A consent is by nobody who is enrolled.", bad, |world| {
        let says = consent(for_prod("carol"), &two);
        let stranger = (KeyName::Person(text("mallory")), world.person("bob").signer.key());
        let proposal = Agree::Proposal(Proposal::of(&for_prod("carol"), world.id()));
        let forged = world.forge_statement(stranger, proposal, |_| {});
        let agrees = vec![says.agrees[0].clone(), BASE64.encode(forged.note.as_bytes())];
        world.forge(Retire { agrees, ..says }, &[world.signs("fred")])
    });
    let twice = Some(Rule::RetirePerson);
    spoiled(
        world,
        "retired-twice-from-one-vault",
        "Somebody retires twice from one vault.",
        twice,
        |world| {
            world.append(consent(for_prod("carol"), &two), &[world.signs("fred")]).unwrap();
            world.forge(consent(for_prod("carol"), &two), &[world.signs("fred")])
        },
    );
    few(world);
}

/// What becomes of a vault whose people retire.
fn few(world: &World) {
    spoiled(world, "retired-so-that-few-are-left", "One holder is left of two.", Rule::HoldersFew, |world| {
        world.append(retire("carol"), &[world.signs("dan")]).unwrap();
        world.append(retire("bob"), &[world.signs("dan")]).unwrap();
    });
    let about = "A retirement that the electors countersigned takes the vote.";
    spoiled(world, "retired-and-countersigned", about, Rule::SealSigner, |world| {
        let record = world.append(retire("carol"), &[world.signs("dan")]).unwrap().record();
        world.agree("alice", Agree::Record(record));
        world.agree("bob", Agree::Record(record));
        let seal = world.make_seal("prod", Kind::Root, 2, &["alice", "bob"], Credentials::New).seal;
        world.forge(seal, &[world.signs("alice"), world.signs("carol")])
    });
    let about = "The electors seal to somebody whom an administrator alone retired.";
    spoiled(world, "seal-by-electors-to-a-retired-person", about, Rule::GenerationUndecided, |world| {
        world.append(retire("carol"), &[world.signs("dan")]).unwrap();
        let seal = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::New).seal;
        world.append(seal, &[world.signs("alice"), world.signs("bob")]).unwrap();
    });
}
