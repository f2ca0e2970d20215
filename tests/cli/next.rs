//! Whoever mistypes a word is told which they may have meant; `tests/cases/next` has what each failure says to do.

use crate::disk::Disk;

#[test]
fn a_wrong_word_brings_the_words_there_are() {
    let disk = Disk::empty();
    let request = "request p --ticket t --justification j --as a -o r";
    for (line, wrong, meant) in [
        (format!("{request} --reason"), "iam-failiure", "iam-failure"),
        (format!("{request} --reason billing --purpose"), "emergancy", "emergency"),
        (format!("{request} --reason billing --accept-deviation"), "time-sett", "time-set"),
        ("seal p --as a --accept-deviation".to_owned(), "weakpassword", "weak-password"),
        ("close --request 1 --as a --done".to_owned(), "mfa-renew", "mfa-renewed"),
        ("enroll p --name n --contact c -i i -o o --role".to_owned(), "custodain", "custodian"),
    ] {
        let run =
            disk.refuses(2, &format!("{line} {wrong}")).next(&format!("perhaps {meant}; possible values: "));
        assert!(
            !run.err.contains(&format!("{wrong} ")) && !run.err.contains(&format!("{wrong}`")),
            "{}",
            run.err
        );
        // What is like none of them is no slip, and what comes is in no order that tells of it.
        let one = disk.refuses(2, &format!("{line} qqqqqqqq"));
        let other = disk.refuses(2, &format!("{line} {}", crate::disk::PASSWORD)).next("possible values: ");
        assert_eq!(one.err, other.err);
        assert!(one.err.contains(meant) && !one.err.contains("perhaps") && !one.err.contains("qqq"));
    }
}
