//! What the worst tests ask of a world that is laid on a disk: what is forged in it goes before the real program, and
//! is judged as it should be.

use breakglass::ceremony::seal::{Sealed, open_share};
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::encrypt_armored;
use breakglass::record::armour::{Label, wrap};
use breakglass::record::chain::LogRecord;
use breakglass::record::finding::Rule;
use breakglass::record::frame::RecordBody;
use breakglass::record::note::BEGINNING;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::record::statement::Approval;
use breakglass::record::statements::Statements;

use crate::disk::Run;
use crate::forge;
use crate::laid::{Laid, THREE};
use crate::world::{Asking, Signs};

/// What the world seals as its password.
pub const PASSWORD: &str = "password: correct horse battery staple\n";

impl Laid {
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
            compared: Vec::new(),
            deviations: Vec::new(),
            environment: None,
        };
        claim(&mut approval);
        let statement = self.world.state(who, approval);
        let content = [LogRecord::bytes_of(&statement.note), ciphertext.as_bytes().to_vec()].concat();
        wrap(Label::Approval, &content)
    }

    /// The line that releases on these approvals, each a file with a name.
    pub fn release_line(&self, approvals: &[(&str, Vec<u8>)]) -> String {
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
        let named = format!("set aside: approval by `{whose}`: ");
        run.at(&named).says(why).what("1 of the 2 approvals");
        self.releases(&[alice, bad, carol]).says(&named).says(why);
        let log = String::from_utf8(self.disk.read("escrow/log")).unwrap();
        assert!(log.contains(&format!(r#""bad_shares":["{whose}"]"#)), "the log names whose share was bad");
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
        self.verify("").exits(code).shows(rule).shows(&format!("record {seq}, byte "));
        let line = "check --all --as alice/alice";
        let (log, book) = (self.disk.read("escrow/log"), self.disk.read("alice/alice.book"));
        if code != 11 {
            let run = self.disk.refuses(code, line);
            run.what(rule).at(&format!("escrow/log, record {seq}, byte "));
        } else if log.len() as u64 - self.reading_end(&log) > 8 << 20 {
            self.disk.refuses(code, line).what("more than a record can keep").next("--continue-in");
        } else {
            // A damaged tail is not built on either: it is kept, whole, in a record of its own.
            self.disk.run(line).ok().says(Rule::Torn.meaning()).says("The damaged bytes are kept");
            self.verify("").exits(14).shows("RECOVERED").shows(&format!("record {seq}, byte "));
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

    /// Asserts that these bytes, which are signed, are never a damaged tail: they break that rule at the end of the log,
    /// and with a good record behind them, and nothing takes them away. The log is restored.
    #[track_caller]
    pub fn is_faulty(&self, rule: &str, bytes: &[u8]) {
        let good = self.world.bytes();
        let (tail, alice) = (self.world.head(), [self.world.signs("alice")]);
        self.world.set_bytes([&good, bytes].concat());
        self.is_judged(10, rule, tail.seq + 1);
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
        self.disk.wrap("good.bgs", Label::Statement, file);
        self.disk.run("collect good.bgs --as carol/carol").ok();
        self.lay();
    }

    /// Asserts that `collect` does not take this file.
    #[track_caller]
    pub fn is_not_collected(&self, code: i32, file: &[u8]) -> Run {
        self.disk.wrap("bad.bgs", Label::Statement, file);
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
}
