//! Cards as files of their own.

use breakglass::record::card::Role;

use super::edits::{edited, signed_line};
use super::put::put;
use crate::world::actor;

const ORDER_8: &str = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";

pub fn write() {
    let alice = actor("alice", &[Role::Custodian]);
    let good = alice.card.note().as_bytes();
    let card = |name: &str, about: &str, expect: &str, bytes: &[u8]| {
        put(&format!("card/{name}"), about, &[format!("expect: {expect}")], &[("card", bytes)]);
    };
    card("good", "A card.", "good", good);
    card("followed", "Something follows the card.", "refused", &[good, b"\n"].concat());
    let contact = edited(good, "alice@example.com", "alice@example.org");
    card("changed", "The contact was changed.", "refused", &contact);
    let key = alice.card.card().verifying_key.to_string();
    let resign = |change: &dyn Fn(&str) -> String| {
        let line = std::str::from_utf8(good).unwrap().lines().next().unwrap();
        signed_line(&change(line), &alice)
    };
    let control = resign(&str::to_owned);
    assert_eq!(control, good, "signing is deterministic");
    for (name, about, from, to) in [
        ("no-role", "A card without a role.", "[\"custodian\"]", "[]"),
        ("role-twice", "A role stands there twice.", "[\"custodian\"]", "[\"custodian\",\"custodian\"]"),
        ("roles-out-of-order", "Roles out of order.", "[\"custodian\"]", "[\"custodian\",\"auditor\"]"),
        ("role-unknown", "A role that there is not.", "[\"custodian\"]", "[\"king\"]"),
        ("person-other", "The person is not the signer.", "\"person\":\"alice\"", "\"person\":\"bob\""),
        ("person-reserved", "A person's id that is reserved.", "\"person\":\"alice\"", "\"person\":\"con\""),
        ("name-with-bidi", "A name with a character that turns text round.", "alice of", "alice\u{202e}of"),
        ("name-with-escape", "A name with a control character.", "alice of", "alice\\u001bof"),
        ("name-empty", "An empty name.", "\"name\":\"alice of Example Corp\"", "\"name\":\"\""),
        ("recipient-of-a-plugin", "A plugin's recipient.", "[\"age1", "[\"age1yubikey1"),
        ("recipients-none", "No recipient.", "\"recipients\":[", "\"recipients\":[],\"r\":["),
        ("field-unknown", "An unknown field.", "\"person\":", "\"extra\":1,\"person\":"),
        ("field-repeated", "A repeated field.", "\"person\":", "\"person\":\"alice\",\"person\":"),
        ("space", "White space outside strings.", "\"person\":", "\"person\": "),
        ("escape", "A letter that is escaped.", "alice of", "\\u0061lice of"),
        ("type-not-first", "The type is not the first key.", "{\"type\":\"breakglass/v1/card\",", "{"),
    ] {
        let bytes = resign(&|line| {
            assert!(line.contains(from), "{from}");
            line.replacen(from, to, 1)
        });
        card(name, about, "refused", &bytes);
    }
    names(&card, &resign);
    for (name, about, point) in [
        ("key-of-small-order", "A verifying key of order 1.", format!("01{}", "00".repeat(31))),
        ("key-of-order-8", "A verifying key of order 8.", ORDER_8.to_owned()),
        ("key-not-canonical", "A verifying key in another spelling.", format!("ee{}7f", "ff".repeat(30))),
        ("key-upper-case", "A verifying key in capitals.", key.to_uppercase()),
    ] {
        card(name, about, "refused", &resign(&|line| line.replacen(&key, &point, 1)));
    }
}

/// Writes a case: its name, what it is about, what is expected of it, and its bytes.
type Writes<'a> = dyn Fn(&str, &str, &str, &[u8]) + 'a;

/// Signs a card again after its line was changed.
type Resigns<'a> = dyn Fn(&dyn Fn(&str) -> String) -> Vec<u8> + 'a;

/// Names with what is refused in a free text, and with what lies beside it.
fn names(card: &Writes<'_>, resign: &Resigns<'_>) {
    // The neighbours of what is refused: Arabic number signs and ordinary letters that reorder nothing.
    let neighbours = "a\u{a}\u{20}\u{7e}\u{a0}\u{ac}\u{ae}\u{34e}\u{350}\u{600}\u{605}\u{61b}\u{61d}\u{6dd}\u{115e}\u{1161}\u{17b3}\
        \u{17b6}\u{180a}\u{1810}\u{200a}\u{2010}\u{2027}\u{202f}\u{205f}\u{2070}\u{3163}\u{3165}\u{fdff}\u{fe10}\u{ff9f}\
        \u{ffa1}\u{ffef}\u{fffc}\u{110bd}\u{1bc9f}\u{1bca4}\u{1d172}\u{1d17b}\u{dffff}\u{e1000}";
    let escaped = neighbours.replace('\n', "\\n");
    let good = resign(&|line| line.replacen("alice of", &escaped, 1));
    card("name-of-neighbours", "A name of what lies beside the refused code points.", "good", &good);
    for code in ["34f", "115f", "3164", "fe0f", "ffa0", "fff9", "1bca0", "1bca3", "e0000", "e0fff"] {
        let hidden = char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap();
        let bytes = resign(&|line| line.replacen("alice of", &format!("alice{hidden}of"), 1));
        card(
            &format!("name-with-{code}"),
            &format!("A name with U+{}.", code.to_uppercase()),
            "refused",
            &bytes,
        );
    }
}
