//! A file in armour, as mail and mischief change it.

use breakglass::record::armour::{Label, wrap};
use data_encoding::BASE64;

/// Writes a case: its name, what it is about, what is expected, and the file.
type Put<'a> = &'a dyn Fn(&str, &str, &str, &[u8]);

/// Writes the cases that are made of this good approval.
pub fn write(good: &[u8], case: Put<'_>) {
    let text = std::str::from_utf8(good).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    let (base64, last) = rest.rsplit_once("\n-----END").unwrap();
    let last = format!("-----END{last}");
    let base64 = base64.replace('\n', "");
    let with = |base64: &str| format!("{first}\n{base64}\n{last}").into_bytes();
    case("of-dos", "Carriage returns.", "good", text.replace('\n', "\r\n").as_bytes());
    let mail = format!("Hello,\n\n{}\nKind regards\n-- \nBob\n", text.replace('\n', " \t\n"));
    case("in-a-mail", "Text around it, and blanks at the ends of lines.", "good", mail.as_bytes());
    case("on-one-line", "The base64 is on one line.", "good", &with(&base64));
    case(
        "of-narrow-lines",
        "Short lines, with empty ones between.",
        "good",
        &with(&base64.chars().map(|one| format!("{one}\n\n")).collect::<String>()),
    );
    case("without-its-end", "The last line is missing.", "refused", text.replace(&last, "").as_bytes());
    case("twice", "Two of them.", "refused", format!("{text}{text}").as_bytes());
    case(
        "within-another",
        "A second one begins before the first ends.",
        "refused",
        format!("{first}\n{text}").as_bytes(),
    );
    case("of-a-request", "The word of a request.", "refused", text.replace("APPROVAL", "REQUEST").as_bytes());
    case(
        "of-a-new-kind",
        "A word that is not known.",
        "refused",
        text.replace("APPROVAL", "RECIPE").as_bytes(),
    );
    case(
        "base64-cut",
        "The last character of the base64 is missing.",
        "refused",
        &with(&base64[..base64.len() - 1]),
    );
    case(
        "with-a-hyphen",
        "Another alphabet.",
        "refused",
        &with(&format!("{}-{}", &base64[..20], &base64[21..])),
    );
    let gzip = BASE64.decode(base64.as_bytes()).unwrap();
    compressed(&gzip, case, &|gzip| with(&BASE64.encode(gzip)));
}

/// What is in the base64, in other forms.
fn compressed(gzip: &[u8], case: Put<'_>, zipped: &dyn Fn(&[u8]) -> Vec<u8>) {
    let changed = |at: usize, byte: u8| {
        let mut gzip = gzip.to_vec();
        gzip[at] = byte;
        zipped(&gzip)
    };
    case("gzip-of-unix", "Another operating system in the head.", "good", &changed(9, 3));
    case("gzip-with-a-name", "The flag of a name in the head.", "refused", &changed(3, 8));
    case("gzip-with-a-time", "A time in the head.", "refused", &changed(4, 1));
    case("gzip-checksum", "Another checksum.", "refused", &changed(gzip.len() - 8, gzip[gzip.len() - 8] ^ 1));
    case("gzip-length", "Another length.", "refused", &changed(gzip.len() - 4, gzip[gzip.len() - 4] ^ 1));
    case("gzip-cut", "The trailer is cut off.", "refused", &zipped(&gzip[..gzip.len() - 1]));
    case("gzip-followed", "A byte follows.", "refused", &zipped(&[gzip, &[0]].concat()));
    case("gzip-twice", "Two members.", "refused", &zipped(&[gzip, gzip].concat()));
    let bomb = wrap(Label::Approval, &vec![0; Label::Approval.limit() + 1]);
    case("gzip-too-large", "It inflates to one byte too much.", "refused", &bomb);
}
