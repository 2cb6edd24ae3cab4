//! Errors in files that people write: what is wrong, and in which line.

/// What is wrong with a plan or template file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct FileError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it and, where that helps, what to write instead.
    pub message: String,
}

impl FileError {
    /// An error in a line.
    pub fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }

    /// An error at a byte offset of the file's text.
    pub fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        Self::new(line_at(text, offset), message)
    }

    /// The error of TOML that cannot be read, in the parser's words.
    pub fn toml(text: &str, error: &toml::de::Error) -> Self {
        let message = error.message().trim().replace('\n', ", ");
        Self::at(text, error.span().map_or(0, |span| span.start), message)
    }
}

/// The line, from 1, in which a byte offset lies; offsets behind the end lie in the last line.
pub fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    1 + before.filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, offset: usize, expected: usize) {
        assert_eq!(line_at(text, offset), expected);
    }

    #[test]
    fn an_offset_lies_in_the_line_that_it_is_part_of() {
        check("", 0, 1);
        check("一\n二\n三", 0, 1);
        check("一\n二\n三", 3, 1);
        check("一\n二\n三", 4, 2);
        check("一\n二\n三", 8, 3);
        check("一\n二\n三", 99, 3);
    }

    #[test]
    fn unreadable_toml_is_reported_with_its_line() {
        let text = "id = \"T01\"\nversion = one\n";
        let error = toml::from_str::<toml::Table>(text).unwrap_err();
        assert_eq!(FileError::toml(text, &error).line, 2);
    }

    #[test]
    fn an_error_reads_line_and_message() {
        assert_eq!(FileError::new(12, "unknown key `colour`").to_string(), "line 12: unknown key `colour`");
    }
}
