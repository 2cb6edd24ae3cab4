//! Asking before something is done that cannot be seen beforehand or taken back.

use std::io::{BufRead, IsTerminal, Read};

use crate::cli::context::{Context, print};
use crate::cli::failure::{Answer, Failure};
use crate::lang::pick;

/// The longest answer that is read.
const MAX_ANSWER_BYTES: u64 = 64;

/// What was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreed {
    /// Do it.
    Yes,
    /// Leave it.
    No,
    /// There is no terminal on which to ask.
    NobodyAsked,
}

/// Asks a question on a terminal; what is not a clear yes is a no.
pub(crate) fn ask(question: (&str, &str), context: &Context) -> Answer<Agreed> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() || !std::io::stdout().is_terminal() {
        return Ok(Agreed::NobodyAsked);
    }
    print(&format!("\n{} (y/N) ", pick(context.lang, question)))?;
    let mut line = String::new();
    let read = stdin.lock().take(MAX_ANSWER_BYTES).read_line(&mut line);
    read.map_err(|error| Failure::Failed(format!("reading standard input: {error}")))?;
    Ok(if is_yes(&line) { Agreed::Yes } else { Agreed::No })
}

fn is_yes(line: &str) -> bool {
    matches!(line.trim().to_lowercase().as_str(), "y" | "yes" | "是" | "好")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_yes_agrees() {
        for yes in ["y\n", "YES", " 是 \n"] {
            assert!(is_yes(yes), "{yes:?}");
        }
        for no in ["", "\n", "n\n", "ok", "yy"] {
            assert!(!is_yes(no), "{no:?}");
        }
    }
}
