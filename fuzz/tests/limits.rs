//! What a parser takes of the memory is bounded by what it was given: a number that is written in a file is never a size.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use breakglass_fuzz::{TARGETS, corpus};

/// Counts what this thread holds, and the most that it held.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    HELD.set(HELD.get() + bytes);
    MOST.set(MOST.get().max(HELD.get()));
}

// SAFETY: every call goes on to the system's allocator as it came; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that a check held of its own at any moment.
fn most(check: fn(&[u8]), data: &[u8]) -> usize {
    let before = HELD.get();
    MOST.set(before);
    check(data);
    (MOST.get() - before).cast_unsigned()
}

/// What a check may hold: some for tables that do not depend on the input, and a multiple of the input, most of which
/// the check itself takes, by writing what was read and by reading it again.
fn allowed(data: &[u8]) -> usize {
    (1 << 20) + 64 * data.len()
}

/// `data` with each number in it replaced by `number`, one after the other.
fn with_number<'a>(data: &'a [u8], number: &'a str) -> impl Iterator<Item = Vec<u8>> + 'a {
    let digit = |at: usize| data.get(at).is_some_and(u8::is_ascii_digit);
    let begins = (0..data.len()).filter(move |at| digit(*at) && (*at == 0 || !digit(at - 1)));
    begins.map(move |at| {
        let end = (at..).find(|at| !digit(*at)).expect("the end of the data is no digit");
        [&data[..at], number.as_bytes(), &data[end..]].concat()
    })
}

#[test]
fn the_counting_counts() {
    let check: fn(&[u8]) =
        |data| drop(Vec::<u8>::with_capacity(std::str::from_utf8(data).unwrap().parse().unwrap()));
    assert_eq!(most(check, b"4294967"), 4_294_967);
    assert!(most(check, b"4294967") > allowed(b"4294967"));
}

#[test]
fn no_number_is_a_size() {
    for (name, check) in TARGETS {
        let mut tried = 0;
        for file in corpus(name) {
            check(&file);
            // A long file says the same fields again and again.
            for number in ["4294967295", "18446744073709551615", "1048577"] {
                for data in with_number(&file, number).take(50) {
                    let held = most(check, &data);
                    assert!(held <= allowed(&data), "{name}: {held} bytes for {} bytes", data.len());
                    tried += 1;
                }
            }
        }
        assert!(tried >= 5, "{name}: hardly a number");
    }
}

/// Inputs of about a mebibyte that are little text for much structure, or much text for none.
fn inflated() -> Vec<(&'static str, Vec<u8>)> {
    const SIZE: usize = 1 << 20;
    let repeat = |text: &str| text.repeat(SIZE / text.len()).into_bytes();
    let note = |open: &str, unit: &str| {
        let line = format!("{{\"type\":\"breakglass/v1/{open}{}", unit.repeat(SIZE / unit.len()));
        format!("{line}\n\n\u{2014} a {}=\n", "A".repeat(91)).into_bytes()
    };
    let behind = |head: &str, unit: &str| [head.as_bytes(), &repeat(unit)].concat();
    let ciphertext = "-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----\n";
    vec![
        ("letters", repeat("a")),
        ("zeros", vec![0; SIZE]),
        ("line feeds", repeat("\n")),
        ("brackets", repeat("[")),
        ("deep objects", repeat("{\"a\":")),
        ("commas", repeat(",")),
        ("quotes", repeat("\"")),
        ("dashes", repeat("-")),
        ("signature lines", repeat("\u{2014} a AAAA\n")),
        ("ciphertexts", repeat(ciphertext)),
        ("a seal with brackets", note("seal\",\"a\":", "[")),
        ("a seal with zeros", note("seal\",\"a\":[0", ",0")),
        ("statements", note("statements\",\"statements\":[\"\"", ",\"\"")),
        ("keys", note("card\",\"keys\":[{}", ",{}")),
        ("comments", repeat("#\n")),
        ("a table with brackets", behind("a=", "[")),
        ("a table with tables", repeat("[[a]]\n")),
        ("dotted keys", behind("a", ".a")),
        ("a CSV with columns", behind("vault,account-id", ",a")),
        ("a CSV with rows", behind("vault,password\n", "a,\n")),
        ("a CSV with an open quote", behind("vault,password\n\"", "a")),
        ("a link with parameters", behind("otpauth://totp/a?secret=A", "&a=")),
        ("a payload with fields", behind("breakglass/v1/payload\n", "a 1\nb\n")),
        ("an age file with stanzas", behind("age-encryption.org/v1\n", "-> a\n\n")),
        ("an armoured age file", behind("-----BEGIN AGE ENCRYPTED FILE-----\n", "AAAA")),
    ]
}

#[test]
fn nothing_is_inflated() {
    for (name, check) in TARGETS {
        corpus(name).iter().for_each(|file| check(file));
        for (what, data) in inflated() {
            let held = most(check, &data);
            assert!(held <= allowed(&data) / 2, "{name}, {what}: {held} bytes for {} bytes", data.len());
            if std::env::var_os("BREAKGLASS_FIGURES").is_some() && held > data.len() {
                println!(
                    "{name:14} {what:26} {:5.1} times what it was given",
                    held as f64 / data.len() as f64
                );
            }
        }
    }
}

/// `data` with each list in it made longer, by elements of one kind, one list after the other.
fn with_long_lists(data: &[u8], count: usize) -> impl Iterator<Item = Vec<u8>> + '_ {
    let lists = (1..=data.len()).filter(|at| data[at - 1] == b'[');
    let elements = ["\"\",", "0,", "{},", "[],", "[", "{\"a\":"];
    lists.flat_map(move |at| {
        elements.map(|element| [&data[..at], element.repeat(count).as_bytes(), &data[at..]].concat())
    })
}

#[test]
fn no_list_is_inflated() {
    for name in ["card", "seal", "log", "policy"] {
        let (_, check) = TARGETS.into_iter().find(|(own, _)| *own == name).unwrap();
        let mut tried = 0;
        for file in corpus(name).into_iter().take(10) {
            check(&file);
            for data in with_long_lists(&file, 100_000).take(60) {
                let held = most(check, &data);
                assert!(held <= allowed(&data) / 2, "{name}: {held} bytes for {} bytes", data.len());
                tried += 1;
            }
        }
        assert!(tried >= 5, "{name}: hardly a list");
    }
}
