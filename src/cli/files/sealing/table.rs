//! A table as text: rows of cells, as RFC 4180 has them and no other way. A reader that is lenient about quotes would
//! seal another password than the one in the file, and nobody would notice before the emergency.

use std::fmt;

use zeroize::Zeroizing;

/// What some programs write before everything else, in UTF-8 and in the two orders of UTF-16.
const MARK: &[u8] = b"\xef\xbb\xbf";
const MARK_LITTLE: &[u8] = b"\xff\xfe";
const MARK_BIG: &[u8] = b"\xfe\xff";

/// A place in a text: line and column, both counted from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextPlace {
    line: usize,
    column: usize,
}

impl TextPlace {
    /// Where the byte `at` of `text` stands.
    fn of(text: &str, at: usize) -> TextPlace {
        let before = &text[..at];
        let line = before.rfind('\n').map_or(before, |end| &before[end + 1..]);
        TextPlace {
            line: 1 + before.bytes().filter(|byte| *byte == b'\n').count(),
            column: 1 + line.chars().count(),
        }
    }
}

impl fmt::Display for TextPlace {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {}", self.line, self.column)
    }
}

/// Why a text is not a table. Never carries any of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TableError {
    /// Bytes that are not text.
    #[error("the file is not UTF-8")]
    NotUtf8,
    /// Every other byte is zero, or a file in UTF-16 is cut short.
    #[error("the file looks like UTF-16, and cannot be read as such")]
    NotUtf16,
    /// A quote that is opened and never closed: all that follows would belong to its cell.
    #[error("the quote that is opened here is never closed")]
    Unclosed,
    /// What follows a cell's closing quote is neither the next cell nor the end of the line.
    #[error("text follows the closing quote of a cell; that cell's quote is opened in {opened}")]
    BehindQuote {
        /// Where the cell begins.
        opened: TextPlace,
    },
    /// A quote in a cell that does not begin with one: nobody knows whether it belongs to the value.
    #[error("a quote stands in a cell that does not begin with one")]
    WithinCell,
    /// A carriage return that no line feed follows.
    #[error("the line ends with a carriage return alone")]
    LoneReturn,
    /// More cells than the header has.
    #[error("the row has another number of cells than the header: more than {most}")]
    TooManyCells {
        /// How many there can be.
        most: usize,
    },
}

impl TableError {
    /// What to do about it.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            TableError::NotUtf8 | TableError::NotUtf16 => {
                "save the file again as CSV in UTF-8; spreadsheets call it \"CSV UTF-8\""
            }
            TableError::Unclosed | TableError::BehindQuote { .. } | TableError::WithinCell => {
                "a cell with a quote in it begins and ends with a quote, and has each quote within doubled; a quote \
                 that does not belong to the value is left out on both sides, and so is a blank beside it"
            }
            TableError::LoneReturn => "save the file again with the line ends of Unix or Windows",
            TableError::TooManyCells { .. } => {
                "a cell with a separator in it begins and ends with a quote; correct that row"
            }
        }
    }
}

/// The text of a file, and how its cells are separated.
pub(crate) struct TableText {
    text: Zeroizing<String>,
    separator: char,
}

impl TableText {
    /// Reads the bytes of a file: UTF-8, or UTF-16 with its mark. Cells are separated by what separates the header's: a
    /// comma, or a semicolon or tab, as spreadsheets write them.
    ///
    /// # Errors
    /// Why the bytes are not text, and where.
    pub(crate) fn decode(bytes: Vec<u8>) -> Result<TableText, (TableError, TextPlace)> {
        let mut bytes = Zeroizing::new(bytes);
        let begin = TextPlace { line: 1, column: 1 };
        let text = if let Some(wide) = bytes.strip_prefix(MARK_LITTLE) {
            utf16(wide, u16::from_le_bytes).ok_or((TableError::NotUtf16, begin))?
        } else if let Some(wide) = bytes.strip_prefix(MARK_BIG) {
            utf16(wide, u16::from_be_bytes).ok_or((TableError::NotUtf16, begin))?
        } else if bytes.contains(&0) {
            return Err((TableError::NotUtf16, begin));
        } else {
            if bytes.starts_with(MARK) {
                bytes.drain(..MARK.len());
            }
            // The bytes become the text where they are: a copy of a large file is more memory than can be locked.
            let text = String::from_utf8(std::mem::take(&mut *bytes)).map_err(|error| {
                let valid = error.utf8_error().valid_up_to();
                let bytes = Zeroizing::new(error.into_bytes());
                let good = std::str::from_utf8(&bytes[..valid]).unwrap_or_default();
                (TableError::NotUtf8, TextPlace::of(good, good.len()))
            })?;
            Zeroizing::new(text)
        };
        let header = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
        let separator = [',', ';', '\t'].into_iter().find(|one| header.contains(*one)).unwrap_or(',');
        Ok(TableText { text, separator })
    }

    /// Its rows, from the byte `at` on.
    pub(crate) fn rows_from(&self, at: usize) -> Rows<'_> {
        Rows { text: &self.text, separator: self.separator, at }
    }
}

/// Undoes UTF-16; `None` if it is not whole.
fn utf16(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Option<Zeroizing<String>> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    // A unit becomes at most three bytes: with that much room no piece of a password is left behind by growing.
    let mut text = Zeroizing::new(String::with_capacity(3 * pairs.len()));
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        text.push(character.ok().filter(|character| *character != '\0')?);
    }
    Some(text)
}

/// Reads a table row by row.
pub(crate) struct Rows<'a> {
    text: &'a str,
    separator: char,
    at: usize,
}

/// One row.
#[derive(Default)]
pub(crate) struct Row {
    /// Where it begins, in bytes.
    pub(crate) at: usize,
    text: Zeroizing<String>,
    ends: Vec<usize>,
}

impl Row {
    /// How many cells it has.
    pub(crate) fn count(&self) -> usize {
        self.ends.len()
    }

    /// The cells, without their quotes.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| &self.text[begin..*end])
    }

    fn push(&mut self, part: &str) {
        self.text.push_str(part);
    }

    fn end_cell(&mut self) {
        self.ends.push(self.text.len());
    }
}

impl Rows<'_> {
    /// The next row, of at most `most` cells; `None` at the end. Empty lines are passed over.
    ///
    /// # Errors
    /// Why it is not a row, and where.
    pub(crate) fn next_row(&mut self, most: usize) -> Result<Option<Row>, (TableError, TextPlace)> {
        while let Some(rest) = self.rest().strip_prefix("\r\n").or_else(|| self.rest().strip_prefix('\n')) {
            self.at = self.text.len() - rest.len();
        }
        if self.rest().is_empty() {
            return Ok(None);
        }
        let mut row = Row { at: self.at, ..Row::default() };
        loop {
            if row.count() == most {
                return Err(self.wrong(TableError::TooManyCells { most }, self.at));
            }
            self.cell(&mut row)?;
            let rest = self.rest();
            if rest.starts_with(self.separator) {
                self.at += self.separator.len_utf8();
            } else if rest.starts_with("\r\n") {
                self.at += 2;
                return Ok(Some(row));
            } else if rest.starts_with('\r') {
                return Err(self.wrong(TableError::LoneReturn, self.at));
            } else {
                self.at += rest.len().min(1);
                return Ok(Some(row));
            }
        }
    }

    /// Reads a cell, up to what separates it from the next one.
    fn cell(&mut self, row: &mut Row) -> Result<(), (TableError, TextPlace)> {
        let rest = self.rest();
        if rest.starts_with('"') {
            return self.quoted(row);
        }
        let end = rest.find([self.separator, '\n', '\r', '"']).unwrap_or(rest.len());
        if rest[end..].starts_with('"') {
            return Err(self.wrong(TableError::WithinCell, self.at + end));
        }
        row.push(&rest[..end]);
        row.end_cell();
        self.at += end;
        Ok(())
    }

    /// Reads a cell that begins with a quote.
    fn quoted(&mut self, row: &mut Row) -> Result<(), (TableError, TextPlace)> {
        let opened = self.at;
        self.at += 1;
        loop {
            let rest = self.rest();
            let Some(end) = rest.find('"') else { return Err(self.wrong(TableError::Unclosed, opened)) };
            row.push(&rest[..end]);
            self.at += end + 1;
            if !self.rest().starts_with('"') {
                break;
            }
            row.push("\"");
            self.at += 1;
        }
        row.end_cell();
        if self.rest().is_empty() || self.rest().starts_with([self.separator, '\n', '\r']) {
            return Ok(());
        }
        let opened = TextPlace::of(self.text, opened);
        Err(self.wrong(TableError::BehindQuote { opened }, self.at))
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn wrong(&self, error: TableError, at: usize) -> (TableError, TextPlace) {
        (error, TextPlace::of(self.text, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Vec<String>>, (TableError, TextPlace)> {
        let table = TableText::decode(text.as_bytes().to_vec())?;
        let (mut rows, mut all) = (table.rows_from(0), Vec::new());
        while let Some(row) = rows.next_row(4)? {
            all.push(row.cells().map(str::to_owned).collect());
        }
        Ok(all)
    }

    fn refused(text: &str) -> (TableError, usize, usize) {
        let (error, TextPlace { line, column }) = read(text).unwrap_err();
        (error, line, column)
    }

    #[test]
    fn cells_are_what_stands_between_separators_and_within_quotes() {
        assert_eq!(read("a,b\n1,2").unwrap(), [["a", "b"], ["1", "2"]]);
        assert_eq!(read("a,b\r\n\r\n\n1,2\r\n").unwrap(), [["a", "b"], ["1", "2"]]);
        assert_eq!(read("a;b\n1,5;2\n").unwrap(), [["a", "b"], ["1,5", "2"]]);
        assert_eq!(read("a\tb\n1;5\t2\n").unwrap(), [["a", "b"], ["1;5", "2"]]);
        assert_eq!(read("a,b\n\"x, \"\"y\"\"\n\r\nz\",\"\"\n").unwrap()[1], ["x, \"y\"\n\r\nz", ""]);
        assert_eq!(read("a,b\n , '\n").unwrap()[1], [" ", " '"]);
        assert_eq!(read("").unwrap(), Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_quote_out_of_place_is_refused_where_it_is() {
        use TableError::*;
        let opened = TextPlace { line: 2, column: 3 };
        assert_eq!(refused("a,b\n1,\"kX7-rumble\n2,3\n"), (Unclosed, 2, 3));
        assert_eq!(refused("a,b\n1,\"kX7\"rumble\n"), (BehindQuote { opened }, 2, 8));
        assert_eq!(refused("a,b\n1,\"kX7\" \n"), (BehindQuote { opened }, 2, 8));
        // The quote that is missing is closed by that of another row.
        assert_eq!(refused("a,b\n1,\"kX7-rumble\n2,\"ü\"\n"), (BehindQuote { opened }, 3, 4));
        assert_eq!(refused("a,b\nü, \"kX7\"\n"), (WithinCell, 2, 4));
        assert_eq!(refused("a,b\n1,kX7\"\n"), (WithinCell, 2, 6));
        assert_eq!(refused("a,b\r1,2\r"), (LoneReturn, 1, 4));
        assert_eq!(refused("a,b\n1,2,3,4,5\n"), (TooManyCells { most: 4 }, 2, 9));
    }

    #[test]
    fn utf_16_is_read_by_its_mark_and_named_without_one() {
        let wide = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect();
        let text = "\u{feff}a,b\n1,é𝄞\n";
        for bytes in [wide(text, u16::to_le_bytes), wide(text, u16::to_be_bytes), text.as_bytes().to_vec()] {
            let table = TableText::decode(bytes).map_err(|(error, _)| error).unwrap();
            assert_eq!(table.text.as_str(), &text[3..]);
        }
        let failed = |bytes: Vec<u8>| TableText::decode(bytes).map(|_| ()).unwrap_err();
        let begin = TextPlace { line: 1, column: 1 };
        assert_eq!(failed(wide(&text[3..], u16::to_le_bytes)), (TableError::NotUtf16, begin));
        assert_eq!(failed(b"\xff\xfea".to_vec()), (TableError::NotUtf16, begin));
        assert_eq!(failed(b"\xff\xfe\0\xd8".to_vec()), (TableError::NotUtf16, begin));
        assert_eq!(
            failed(b"a,b\n1,\xe9\n".to_vec()),
            (TableError::NotUtf8, TextPlace { line: 2, column: 3 })
        );
    }
}
