//! What stands against a file, as a sentence: the system's own words are English and carry a number.

use std::io::{Error, ErrorKind};
use std::path::Path;

use guide_common::sop::plan::Lang;

use crate::text;

/// Why a file or a folder could not be used.
pub fn file(path: &str, error: &Error, lang: Lang) -> String {
    match error.kind() {
        ErrorKind::NotFound => text!(lang, "没有文件 {path}", "there is no file {path}"),
        ErrorKind::PermissionDenied => text!(lang, "没有权限使用 {path}", "{path} may not be used: permission denied"),
        ErrorKind::InvalidData => text!(lang, "{path} 不是 UTF-8 文本", "{path} is no text in UTF-8"),
        ErrorKind::IsADirectory => text!(lang, "{path} 是文件夹，不是文件", "{path} is a folder, not a file"),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            text!(lang, "{path} 是文件，不是文件夹", "{path} is a file, not a folder")
        }
        ErrorKind::StorageFull => text!(lang, "磁盘已满：{path}", "the disk is full: {path}"),
        _ => text!(lang, "用不了 {path}：{error}", "{path} cannot be used: {error}"),
    }
}

/// Why a file could not be written.
pub fn written(path: &Path, error: &Error, lang: Lang) -> String {
    let shown = path.display().to_string();
    match path.parent().filter(|folder| error.kind() == ErrorKind::NotFound && !folder.as_os_str().is_empty()) {
        Some(folder) => {
            let folder = folder.display();
            text!(lang, "没有文件夹 {folder}，{shown} 没有写", "there is no folder {folder}: {shown} was not written")
        }
        None => file(&shown, error, lang),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_told_in_the_language_and_without_a_number() {
        let error = std::fs::read("/no/such/file").unwrap_err();
        assert_eq!(file("x.toml", &error, Lang::Zh), "没有文件 x.toml");
        assert_eq!(file("x.toml", &error, Lang::En), "there is no file x.toml");
        let error = std::fs::read("/").unwrap_err();
        assert_eq!(file("/", &error, Lang::Zh), "/ 是文件夹，不是文件");
        let error = std::fs::write("/no/such/file", "").unwrap_err();
        let told = written(Path::new("/no/such/file"), &error, Lang::En);
        assert_eq!(told, "there is no folder /no/such: /no/such/file was not written");
    }
}
