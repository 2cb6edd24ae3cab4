//! Writing a file that only its user may read: what is taken along or kept elsewhere.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use crate::cli::context::Context;
use crate::cli::failure::{Answer, Failure};
use crate::lang::fault;
use crate::platform::private;
use crate::text;

/// Writes a file of the user's own (0600), whole and on disk; one that is there already is left alone.
pub(crate) fn write(path: &Path, bytes: &[u8], context: &Context) -> Answer<()> {
    let made = private(OpenOptions::new().write(true).create_new(true)).open(path);
    let written = made.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|error| {
        let shown = path.display().to_string();
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => Failure::Failed(text!(
                context.lang,
                "已经有 {shown}；换一个文件名",
                "{shown} is there already; name another file"
            )),
            _ => Failure::Failed(fault::written(path, &error, context.lang)),
        }
    })
}

/// Writes a file in the place of another one, in one step: whoever reads it has the one or the other.
pub(crate) fn replace(path: &Path, bytes: &[u8], context: &Context) -> Answer<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    // what a program that broke off left might be readable by others
    let _ = std::fs::remove_file(part);
    write(part, bytes, context)?;
    std::fs::rename(part, path).map_err(|error| {
        let _ = std::fs::remove_file(part);
        Failure::Failed(fault::file(&path.display().to_string(), &error, context.lang))
    })
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use guide_common::paths::{Env, Paths};
    use guide_common::sop::plan::Lang;

    use super::*;
    use crate::cli::context::{Form, Style};

    #[test]
    fn the_file_is_its_users_alone_and_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::of(&Env { guide_home: Some("/g".into()), ..Env::default() });
        let context = Context { lang: Lang::En, form: Form::Text, style: Style::Plain, paths };
        let file = folder.path().join("out.json");
        write(&file, b"{}", &context).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let again = write(&file, b"[]", &context);
        assert!(matches!(again, Err(Failure::Failed(text)) if text.contains("out.json")));
        assert_eq!(std::fs::read(&file).unwrap(), b"{}");
        replace(&file, b"[]", &context).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"[]");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
