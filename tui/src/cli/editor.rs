//! The user's own editor on a file of the user's own.

use std::io::IsTerminal;
use std::path::Path;

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::lang::{fault, pick};
use crate::platform;
use crate::text;

/// Runs the user's editor on a file and waits for its end. `kept` says where the text stays.
pub(crate) fn open(file: &Path, kept: &str, context: &Context) -> Answer<()> {
    let lang = context.lang;
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let editor = var("VISUAL").or_else(|| var("EDITOR"));
    if editor.is_none() && !std::io::stdin().is_terminal() {
        forget(file);
        let message =
            ("这里没有终端；设置 EDITOR 或在终端里运行", "there is no terminal here; set EDITOR, or run it in one");
        return Err(Failure::Usage(pick(lang, message).to_owned()));
    }
    let editor = editor.unwrap_or_else(|| platform::EDITOR.to_owned());
    let ended = platform::editor(&editor, file).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Failed(text!(
            lang,
            "编辑器没有正常结束（{editor}：{status}），什么都没有发；{kept}",
            "the editor failed ({editor}: {status}) and nothing was sent; {kept}"
        ))),
        Err(error) => Err(Failure::Failed(fault::file(&editor, &error, lang))),
    }
}

/// What the file holds.
pub(crate) fn read(file: &Path, context: &Context) -> Answer<String> {
    let read = std::fs::read_to_string(file);
    read.map_err(|error| Failure::Failed(fault::file(&file.display().to_string(), &error, context.lang)))
}

/// Removes a file that nobody needs any more; one that stays is only found by the next edit.
pub(crate) fn forget(file: &Path) {
    let _ = std::fs::remove_file(file);
}
