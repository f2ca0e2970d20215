use super::*;

const CONTENT: &[u8] = "{}\n\n\u{2014} x\n\n".as_bytes();

fn good() -> String {
    String::from_utf8(wrap(Label::Request, CONTENT)).unwrap()
}

fn read(text: &str) -> Result<Vec<u8>, ArmourError> {
    unwrap_as(Label::Request, text.as_bytes())
}

#[test]
fn what_is_wrapped_is_ascii_and_comes_out_again() {
    for label in Label::ALL {
        let long: Vec<u8> = (0..100_000_u32).flat_map(|at| at.to_be_bytes()).collect();
        for content in [&b""[..], CONTENT, &long] {
            let file = wrap(*label, content);
            assert!(file.is_ascii());
            assert!(file.split(|byte| *byte == b'\n').all(|line| line.len() <= COLUMNS));
            assert_eq!(unwrap(&file), Ok((*label, content.to_vec())));
            assert_eq!(wrap(*label, content), file, "the same each time");
        }
    }
}

#[test]
fn what_mail_does_to_text_is_tolerated() {
    let good = good();
    for text in [
        good.replace('\n', "\r\n"),
        good.replace('\n', "  \n"),
        good.replace('\n', "\n\n"),
        format!("Hello,\n\nplease approve:\n{good}\nKind regards\n-- \nCarol\n"),
        format!("\u{feff}\n{good}"),
        good.trim_end().to_owned(),
        format!("  {}", good.replace('\n', "\n\t")),
        good.chars()
            .enumerate()
            .map(|(at, one)| if at == 60 { format!("{one}\n") } else { one.into() })
            .collect(),
    ] {
        assert_eq!(read(&text).as_deref(), Ok(CONTENT), "{text}");
    }
}

#[test]
fn text_of_any_encoding_may_stand_around_it() {
    let file = [&[0xff, 0xfe, b'\n'][..], good().as_bytes(), &[0xc3, b'\n']].concat();
    assert_eq!(unwrap(&file).map(|found| found.1).as_deref(), Ok(CONTENT));
}

#[test]
fn a_file_holds_one_and_whole() {
    let good = good();
    let (first, last) = ("-----BEGIN BREAKGLASS REQUEST-----", "-----END BREAKGLASS REQUEST-----");
    for (text, expected) in [
        (String::new(), ArmourError::NoBegin),
        (good.replace(first, &first.to_lowercase()), ArmourError::NoBegin),
        (good.replace(first, &first[1..]), ArmourError::NoBegin),
        (good.replace("REQUEST", "RECIPE"), ArmourError::UnknownLabel(1)),
        (good.replace(last, ""), ArmourError::NoEnd(Label::Request)),
        (good.replace(last, &last[1..]), ArmourError::Nested(good.lines().count())),
        (good.replace(last, &last.replace("REQUEST", "APPROVAL")), ArmourError::Nested(good.lines().count())),
        (good.replace(first, &format!("{first}\n{first}")), ArmourError::Nested(2)),
        (format!("{good}{good}"), ArmourError::Second(good.lines().count() + 1)),
        (good.replacen("H4", "H-", 1), ArmourError::NotBase64),
        (good.replacen("H4sI", "AAAA", 1), ArmourError::Gzip(GzipError::NotGzip)),
        (format!("{first}\n{last}\n"), ArmourError::Gzip(GzipError::NotGzip)),
    ] {
        assert_eq!(read(&text), Err(expected), "{text}");
    }
    let other = ArmourError::Other { expected: Label::Request, found: Label::Approval };
    assert_eq!(unwrap_as(Label::Request, &wrap(Label::Approval, CONTENT)), Err(other));
}

#[test]
fn what_inflates_is_held_to_the_limit_of_its_label() {
    for label in [Label::Approval, Label::Statement] {
        let most = vec![b' '; label.limit()];
        assert!(unwrap(&wrap(label, &most)).is_ok());
        let more = wrap(label, &[&most[..], b" "].concat());
        assert!(more.len() < 64 << 10, "a small file");
        assert_eq!(unwrap(&more), Err(ArmourError::Gzip(GzipError::TooLarge(label.limit()))));
    }
}
