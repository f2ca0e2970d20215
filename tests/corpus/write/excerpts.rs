//! Requests in the small form.

use breakglass::ceremony::carried::carried;
use breakglass::crypto::digest::Digest;
use breakglass::record::armour::{Label, unwrap_as, wrap};
use breakglass::record::bundle::Bundle;
use breakglass::record::request::End;
use breakglass::record::retire::Retire;

use super::keys::key_file;
use super::put::put;
use crate::world::{Asking, World, text};

/// A small form, taken apart.
struct Small {
    head: String,
    /// Genesis, what is kept, and the request.
    records: Vec<String>,
    shares: String,
}

impl Small {
    /// Of a log that ends with a request, with the shares of this request file.
    fn of(world: &World, asking: &Asking) -> Small {
        let content = unwrap_as(Label::Request, &asking.file).unwrap();
        let shares = Bundle::parse(&content).unwrap().ciphertexts.concat();
        let reading = world.reading();
        let excerpt = String::from_utf8(carried(&reading, 0).into_owned()).unwrap();
        let (head, records) = excerpt.split_once('\n').unwrap();
        // A record is two such pieces: its line, and its signatures.
        let pieces: Vec<&str> = records.split_inclusive("\n\n").collect();
        let records = pieces.chunks(2).map(|record| record.concat()).collect();
        Small { head: format!("{head}\n"), records, shares }
    }

    fn file(&self, head: &str, records: &[String]) -> Vec<u8> {
        wrap(Label::Request, format!("{head}{}{}", records.concat(), self.shares).as_bytes())
    }
}

fn case(world: &World, name: &str, about: &str, expect: &str, file: &[u8]) {
    let alice = world.person("alice");
    let files: [(&str, &[u8]); 3] = [
        ("request.bgr", file),
        ("card", alice.card.note().as_bytes()),
        ("approver.key", &key_file(&alice.identity)),
    ];
    put(&format!("request/small{name}"), about, &[format!("expect: {expect}")], &files);
}

/// Writes the cases about a request at the end of the world's log.
pub fn write(world: &World, asking: &Asking) {
    let small = Small::of(world, asking);
    let (head, records) = (&small.head, &small.records);
    let last = records.len() - 1;
    let is_seal = |one: &String| one.contains("/seal\"") && one.contains("\"name\":\"prod\"");
    let seal = records.iter().position(is_seal).unwrap();
    let good = |name: &str, about: &str, file: &[u8]| case(world, name, about, "good", file);
    good("", "A request in the small form.", &small.file(head, records));
    let bare = [records[0].clone(), records[seal].clone(), records[last].clone()];
    good("-and-bare", "With the seal that is asked for, and nothing else.", &small.file(head, &bare));
    let refused = |name: &str, about: &str, head: &str, records: &[String]| {
        case(world, name, about, "refused", &small.file(head, records));
    };
    let before = world.records()[world.records().len() - 2].head();
    let (id, hash) = (world.id().to_string(), before.hash.to_string());
    let (seq, size) = (format!("\"seq\":{}", before.seq), format!("\"size\":{}", before.size));
    refused("-of-another-escrow", "The head of another escrow.", &head.replacen(&id, &hash, 1), records);
    refused("-head-other", "Another head.", &head.replace(&hash, &id), records);
    refused("-head-first", "A head before which nothing is.", &head.replace(&seq, "\"seq\":0"), records);
    let far = format!("\"size\":{}", (1_u64 << 53) + 1);
    refused("-head-far", "A size above 2^53.", &head.replace(&size, &far), records);
    refused("-without-head", "The head is missing.", "", &bare);
    refused("-without-genesis", "Genesis is missing.", head, &records[1..]);
    refused("-without-request", "The request is missing.", head, &records[..last]);
    refused(
        "-without-seal",
        "The seal that is asked for is missing.",
        head,
        &[records[0].clone(), records[last].clone()],
    );
    let with = |change: &dyn Fn(&mut Vec<String>)| {
        let mut records = records.clone();
        change(&mut records);
        records
    };
    let twice = with(&|records| records.push(records[last].clone()));
    refused("-request-twice", "The request stands there twice.", head, &twice);
    refused("-in-another-order", "Two records in another order.", head, &with(&|records| records.swap(1, 2)));
    let changed =
        with(&|records| records[seal] = records[seal].replacen("\"threshold\":2", "\"threshold\":3", 1));
    refused("-seal-changed", "The seal was changed.", head, &changed);
    retirements(world, &small);
}

/// Records that were made apart, among what is kept.
fn retirements(world: &World, small: &Small) {
    let log = world.bytes();
    let apart = |forge: &dyn Fn()| {
        // They have the request's number, less one: no record that is kept has that.
        let end = world.records().last().unwrap().start as usize;
        world.set_bytes(log[..end].to_vec());
        forge();
        let record = String::from_utf8(world.bytes()[end..].to_vec()).unwrap();
        world.set_bytes(log.clone());
        record
    };
    let place = |record: String| {
        let mut records = small.records.clone();
        records.insert(small.records.len() - 1, record);
        small.file(&small.head, &records)
    };
    let retire = || Retire::of(text("fred"), text("left"));
    let by = |who: &'static str| {
        apart(&|| {
            world.forge_framed(retire(), &[world.signs(who)], |one| one.seq -= 1);
        })
    };
    let about = "A record with the head's number that is another.";
    case(world, "-kept-as-the-head", about, "refused", &place(by("dan")));
    case(world, "-kept-by-one", "A retirement by a custodian alone.", "refused", &place(by("alice")));
    let end = apart(&|| {
        let end = End::nothing(Digest::of(b"none"));
        world.forge_framed(end, &[world.signs("carol")], |one| one.seq -= 1);
    });
    case(world, "-kept-end", "An end, which is not kept.", "refused", &place(end));
}
