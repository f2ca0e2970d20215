//! A world that also lies on disk, where the real program finds it: everybody's keys are at hand in the
//! library, and everything that is forged with them goes before the program as files.

use breakglass::ceremony::approve::request_file;
use breakglass::ceremony::request::RequestPlan;
use breakglass::ceremony::seal::{Sealed, open_share};
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::{Identity, encrypt_armored, identity_file};
use breakglass::record::chain::LogRecord;
use breakglass::record::finding::Rule;
use breakglass::record::frame::RecordBody;
use breakglass::record::note::BEGINNING;
use breakglass::record::request::Purpose;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::record::statement::Approval;
use breakglass::record::statements::Statements;
use breakglass::value::names::KeyName;
use breakglass::value::time::Time;
use secrecy::ExposeSecret as _;

use crate::disk::{Disk, Run};
use crate::forge;
use crate::world::{Asking, Signs, World};

/// Everybody in a world.
pub const EVERYBODY: [&str; 6] = ["alice", "bob", "carol", "dan", "erin", "fred"];
/// Those who hold the shares.
pub const THREE: [&str; 3] = ["alice", "bob", "carol"];
/// What the world seals as its password.
pub const PASSWORD: &str = "password: correct horse battery staple\n";

/// A world and its files: `escrow`, and for each person a directory of their own.
pub struct Ground {
    pub world: World,
    pub disk: Disk,
}

impl Ground {
    /// `prod` and a canary, sealed 2-of-3 for alice, bob and carol, and checked.
    pub fn ready() -> Ground {
        Ground::of(World::ready())
    }

    pub fn of(world: World) -> Ground {
        let ground = Ground { world, disk: Disk::empty() };
        for who in EVERYBODY {
            let one = ground.world.person(who);
            let identity = identity_file(&one.identity, "2026-11-23T08:00:00Z");
            ground.disk.write(&format!("{who}/{who}.key"), identity.expose_secret());
            ground.disk.write(&format!("{who}/{who}.card"), one.card.note().as_bytes());
        }
        for vault in &ground.world.reading().escrow.vaults {
            for generation in &vault.generations {
                ground.lay_sealed(&ground.world.sealed(&vault.id, generation.seal.generation));
            }
        }
        ground.lay();
        ground
    }

    /// Writes the log and the books as they are in the world now.
    pub fn lay(&self) {
        self.disk.write("escrow/log", self.world.bytes());
        for who in EVERYBODY {
            let book = self.world.person(who).book_bytes.borrow();
            if !book.is_empty() {
                self.disk.write(&format!("{who}/{who}.book"), book.as_slice());
            }
        }
    }

    /// Writes the files of a generation.
    pub fn lay_sealed(&self, sealed: &Sealed) {
        let place = format!("escrow/vaults/{}/{}", sealed.seal.name, sealed.seal.generation);
        self.disk.write(&format!("{place}/payload.age"), &sealed.payload);
        for (custodian, file) in &sealed.sealed_shares {
            self.disk.write(&format!("{place}/{custodian}.share.age"), file);
        }
    }

    /// The next generation of `prod`, or a new vault, before it is logged.
    pub fn made(&self, vault: &str) -> Sealed {
        self.world.make_seal(vault, Kind::Root, 2, &THREE, Credentials::New)
    }

    /// Logs a seal, whatever its files hold, and writes them.
    pub fn logged(&self, sealed: &Sealed) {
        self.world.append(sealed.seal.clone(), &[self.world.signs("dan")]).unwrap();
        self.lay_sealed(sealed);
        self.lay();
    }

    /// The files of a generation that the world sealed.
    pub fn sealed(&self, vault: &str, generation: u32) -> std::rc::Rc<Sealed> {
        let id = self.world.generation(vault).seal.vault;
        self.world.sealed(&id, generation)
    }

    /// The text of somebody's share.
    pub fn share(&self, who: &str, sealed: &Sealed) -> String {
        let one = self.world.person(who);
        let file = &sealed.sealed_shares.iter().find(|(custodian, _)| custodian == one.id()).unwrap().1;
        let identity = std::slice::from_ref(&one.identity);
        let share = open_share(identity, file, &self.world.id(), &sealed.seal, one.id()).unwrap();
        share.text().to_string()
    }

    /// Puts another file in the place of somebody's sealed share; the seal commits to it.
    pub fn reseal(&self, sealed: &mut Sealed, who: &str, file: String) {
        let line = sealed.seal.shares.iter_mut().find(|share| share.custodian.as_str() == who).unwrap();
        line.sealed_share = Digest::of(file.as_bytes());
        let own = sealed.sealed_shares.iter_mut().find(|(custodian, _)| custodian.as_str() == who).unwrap();
        own.1 = file;
    }

    /// Carol's emergency for `prod`, in `req.bgr`.
    pub fn emergency(&self) -> Asking {
        let asking = self.world.emergency();
        self.lay_asking(&asking);
        asking
    }

    /// Carol's question about a generation whose files are these, in `req.bgr`.
    pub fn ask(&self, sealed: &Sealed) -> Asking {
        let seal = &sealed.seal;
        let purpose = if seal.kind == Kind::Canary { Purpose::Drill } else { Purpose::Emergency };
        let question = RequestPlan { generation: Some(seal.generation), ..self.world.question(purpose) };
        let (asked, session) = self.world.make_request("carol", seal.name.as_str(), question);
        let signers = [self.world.signs("carol"), (KeyName::Session, session.key())];
        let record = self.world.append(asked, &signers).unwrap().record();
        let shares = sealed.sealed_shares.iter().map(|(_, file)| file.as_str());
        let asking = Asking { record, file: request_file(&self.world.bytes(), shares), session };
        self.lay_asking(&asking);
        asking
    }

    /// Writes a request's files, and everything else as it is now.
    pub fn lay_asking(&self, asking: &Asking) {
        self.disk.write("req.bgr", &asking.file);
        let session = asking.session.seal(&self.world.person("carol").card.card().recipients).unwrap();
        self.disk.write("req.session.age", session);
        self.lay();
    }

    /// The approval in which somebody hands over this text as their share.
    pub fn hand_over(&self, who: &str, asking: &Asking, sealed: &Sealed, share: &str) -> Vec<u8> {
        let text = format!("breakglass/v1/approved-share\nrequest {}\n{share}", asking.record);
        let to = [asking.session.identity().to_recipient()];
        let ciphertext = encrypt_armored(&to, text.as_bytes()).unwrap();
        self.approval(who, asking, sealed, &ciphertext, |_| {})
    }

    /// The approval in which somebody hands over this ciphertext, and says of it what `claim` makes of it.
    pub fn approval(
        &self,
        who: &str,
        asking: &Asking,
        sealed: &Sealed,
        ciphertext: &str,
        claim: impl FnOnce(&mut Approval),
    ) -> Vec<u8> {
        let mut approval = Approval {
            request: asking.record,
            vault: sealed.seal.vault,
            generation: sealed.seal.generation,
            index: sealed.seal.share_of(self.world.person(who).id()).unwrap().index,
            ciphertext: Digest::of(ciphertext.as_bytes()),
            deviations: Vec::new(),
        };
        claim(&mut approval);
        let statement = self.world.state(who, approval);
        [LogRecord::bytes_of(&statement.note), ciphertext.as_bytes().to_vec()].concat()
    }

    fn release_line(&self, approvals: &[(&str, Vec<u8>)]) -> String {
        let mut line = "release req.bgr --as carol/carol --print password".to_owned();
        for (name, file) in approvals {
            self.disk.write(&format!("{name}.bga"), file);
            line.push_str(&format!(" {name}.bga"));
        }
        self.lay();
        format!("{line} --time {} --accept-deviation time-set", self.now())
    }

    /// Releases on these approvals, each a file with a name.
    #[track_caller]
    pub fn releases(&self, approvals: &[(&str, Vec<u8>)]) -> Run {
        let run = self.disk.run(&self.release_line(approvals)).ok();
        assert_eq!(run.out, PASSWORD, "{}", run.err);
        run
    }

    /// Asserts that a release on these approvals fails, and changes nothing.
    #[track_caller]
    pub fn releases_nothing(&self, code: i32, approvals: &[(&str, Vec<u8>)]) -> Run {
        self.disk.refuses(code, &self.release_line(approvals))
    }

    /// Asserts that `bad` is set aside as its maker's with that reason, beside alice's good approval; and that
    /// alice's with carol's releases all the same, and names who was bad in the log.
    #[track_caller]
    pub fn sets_aside(&self, whose: &str, asking: &Asking, bad: &[u8], why: &str) {
        let [alice, carol] = ["alice", "carol"].map(|who| (who, self.world.approve(who, asking)));
        let bad = ("bad", bad.to_vec());
        let run = self.releases_nothing(5, &[alice.clone(), bad.clone()]);
        let named = format!("set aside: approval of `{whose}`: ");
        run.at(&named).says(why).what("1 of the 2 approvals");
        self.releases(&[alice, bad, carol]).says(&named).says(why);
        let log = String::from_utf8(self.disk.read("escrow/log")).unwrap();
        assert!(log.contains(&format!(r#""bad_shares":["{whose}"]"#)), "the log names whose share was bad");
    }

    pub fn now(&self) -> Time {
        self.world.now()
    }

    /// `verify` as it was given, now.
    #[track_caller]
    pub fn verify(&self, more: &str) -> Run {
        let before = self.disk.tree();
        let run = self.disk.run(&format!("verify --time {} {more}", self.now()));
        assert!(self.disk.tree() == before, "verify writes nothing");
        run
    }

    /// Asserts that the log as it is now fails with that code and rule at that entry, and that nobody builds
    /// on it.
    #[track_caller]
    pub fn is_judged(&self, code: i32, rule: &str, seq: u64) {
        self.lay();
        self.verify("").exits(code).shows(rule).shows(&format!("entry {seq}, byte "));
        let line = "check --all --as alice/alice";
        let (log, book) = (self.disk.read("escrow/log"), self.disk.read("alice/alice.book"));
        if code != 11 {
            let run = self.disk.refuses(code, line);
            run.what(rule).at(&format!("escrow/log, entry {seq}, byte "));
        } else if log.len() as u64 - self.reading_end(&log) > 8 << 20 {
            self.disk.refuses(code, line).what("more than a record can keep").next("--continue-in");
        } else {
            // A damaged tail is not built on either: it is kept, whole, in a record of its own.
            self.disk.run(line).ok().says(Rule::Torn.meaning()).says("The damaged bytes are kept");
            self.verify("").exits(14).shows("RECOVERED").shows(&format!("entry {seq}, byte "));
            self.disk.write("escrow/log", log);
            self.disk.write("alice/alice.book", book);
        }
    }

    /// Where the last good record of a log ends.
    fn reading_end(&self, log: &[u8]) -> u64 {
        breakglass::escrow::Reading::of(log.to_vec()).unwrap().escrow.head.size
    }

    /// Asserts that one more record, signed and in its place, breaks that rule. The log is restored.
    #[track_caller]
    pub fn breaks<S: RecordBody>(&self, rule: &str, says: S, signers: &[Signs<'_>]) {
        let good = self.world.bytes();
        let seq = self.world.forge(says, signers);
        self.is_judged(10, rule, seq);
        self.restore(good);
    }

    /// Asserts that these bytes are no record: at the end of the log they are a damaged tail, and with a good
    /// record behind them they are tampering. The log is restored.
    #[track_caller]
    pub fn is_no_record(&self, rule: &str, bytes: &[u8]) {
        let good = self.world.bytes();
        let (tail, alice) = (self.world.head(), [self.world.signs("alice")]);
        self.world.set_bytes([&good, bytes].concat());
        // A whole record behind the damage shows that it is no torn end.
        let whole = bytes.windows(BEGINNING.len()).skip(1).any(|part| part == BEGINNING);
        let (code, torn) = if whole { (10, rule) } else { (11, "TORN") };
        self.is_judged(code, torn, tail.seq + 1);
        self.world.set_bytes(good.clone());
        let mut behind = forge::entry(&self.world, Statements { statements: Vec::new() }, &alice);
        (behind.seq, behind.prev) = (tail.seq + 2, Digest::of(bytes));
        let behind = forge::signed(&forge::line_of(&behind, &alice), &alice);
        self.world.set_bytes([&good, bytes, &behind, b"\n"].concat());
        self.is_judged(10, rule, tail.seq + 1);
        self.restore(good);
    }

    /// Puts a log back as it was; it holds.
    #[track_caller]
    pub fn restore(&self, log: Vec<u8>) {
        self.world.set_bytes(log);
        self.lay();
        self.verify("").ok().shows("HOLDS");
    }

    /// Alice's statement, which is one that `collect` takes, as a file.
    #[track_caller]
    pub fn is_collected(&self, file: &[u8]) {
        self.disk.write("good.bgs", file);
        self.disk.run("collect good.bgs --as carol/carol").ok();
        self.lay();
    }

    /// Asserts that `collect` does not take this file.
    #[track_caller]
    pub fn is_not_collected(&self, code: i32, file: &[u8]) -> Run {
        self.disk.write("bad.bgs", file);
        self.disk.refuses(code, "collect bad.bgs --as carol/carol").at("bad.bgs")
    }

    /// Asserts that `init` does not take this card beside dan's.
    #[track_caller]
    pub fn is_no_card(&self, file: &[u8]) -> Run {
        self.disk.write("bad.card", file);
        self.begins("bad.card", Some(3)).at("bad.card")
    }

    /// `init` with dan's card and these others.
    #[track_caller]
    pub fn begins(&self, cards: &str, fails: Option<i32>) -> Run {
        let cards: String = cards.split(' ').map(|card| format!(" --card {card}")).collect();
        let line = format!("init new --name N --cards-compared --card dan/dan.card {cards} --as dan/dan");
        match fails {
            Some(code) => self.disk.refuses(code, &line),
            None => {
                let run = self.disk.run(&line).ok();
                self.disk.remove("new");
                run
            }
        }
    }

    /// Somebody's identity.
    pub fn identity(&self, who: &str) -> &Identity {
        &self.world.person(who).identity
    }
}
