//! What a word of the command line names: a file that was written here, or something that headquarters published.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::lang::fault;
use crate::text;

/// The longest file that is read; two of them fit into a request.
const MAX_FILE_BYTES: u64 = 100 * 1024;

/// A file's text, or an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source<I> {
    /// A file with its text.
    File(String),
    /// The id of something published.
    Id(I),
}

impl<I: std::str::FromStr> Source<I> {
    /// A word with a slash or the ending `.toml` is a file, and so is one that names a file; every other is an id.
    pub fn of(word: &str, context: &Context) -> Answer<Self> {
        let is_path = word.contains('/') || word.ends_with(".toml") || Path::new(word).is_file();
        if is_path {
            return read(word, context).map(Self::File);
        }
        word.parse().map(Self::Id).map_err(|_| {
            Failure::Usage(text!(
                context.lang,
                "{word:?} 既不是文件，也不是编号",
                "{word:?} is neither a file nor an id"
            ))
        })
    }
}

fn read(path: &str, context: &Context) -> Answer<String> {
    let lang = context.lang;
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_string(&mut text));
    match read {
        Err(error) => Err(Failure::Failed(fault::file(path, &error, lang))),
        Ok(n) if n as u64 > MAX_FILE_BYTES => {
            let kib = MAX_FILE_BYTES / 1024;
            Err(Failure::Failed(text!(lang, "文件 {path} 超过 {kib} KiB", "the file {path} has more than {kib} KiB")))
        }
        Ok(_) => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use guide_common::id::PlanId;
    use guide_common::paths::{Env, Paths};
    use guide_common::sop::plan::Lang;

    use super::*;
    use crate::cli::context::{Form, Style};

    fn source(word: &str) -> Answer<Source<PlanId>> {
        let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
        Source::of(word, &Context { lang: Lang::En, form: Form::Text, style: Style::Plain, paths })
    }

    #[test]
    fn a_word_is_a_file_where_it_looks_like_one_or_is_one_and_else_an_id() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("P03.toml");
        std::fs::write(&file, "id = \"P03\"").unwrap();
        assert_eq!(source(file.to_str().unwrap()).unwrap(), Source::File("id = \"P03\"".to_owned()));
        assert_eq!(source("P03").unwrap(), Source::Id("P03".parse().unwrap()));
        assert!(matches!(source("P 03"), Err(Failure::Usage(_))));
        assert!(matches!(source("missing.toml"), Err(Failure::Failed(text)) if text.contains("missing.toml")));
    }

    #[test]
    fn a_file_that_is_too_long_or_no_text_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (long, binary) = (folder.path().join("long.toml"), folder.path().join("binary.toml"));
        std::fs::write(&long, vec![b'#'; MAX_FILE_BYTES as usize + 1]).unwrap();
        std::fs::write(&binary, [0xff, 0xfe, 0x00]).unwrap();
        assert!(matches!(source(long.to_str().unwrap()), Err(Failure::Failed(text)) if text.contains("100 KiB")));
        assert!(matches!(source(binary.to_str().unwrap()), Err(Failure::Failed(_))));
    }
}
