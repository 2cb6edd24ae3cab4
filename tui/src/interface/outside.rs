//! The user's own editor (`$VISUAL`, `$EDITOR`): a text goes into a file that only the user may read, and comes back
//! when the editor ends. The file is removed on every way out.

use std::fs::OpenOptions;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::Duration;

use guide_common::text::{Lines, sanitise};

use crate::platform::{EDITOR, End, Signals, editor, private};

/// The longest text that is read back.
const MAX_BYTES: u64 = 64 << 10;
/// How often it is looked whether the editor has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// How it was left.
pub enum Left {
    /// With a text, or without one for a reason.
    Editor(Result<String, String>),
    /// This program was told to end meanwhile.
    Signal,
}

/// Lets the user's own editor change a text. Meanwhile Ctrl-C is the editor's.
pub async fn edit(text: &str) -> Left {
    let program = ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    edit_with(program.as_deref().unwrap_or(EDITOR), &folder(), text).await
}

/// Where the file lies: in memory and for this user alone, where there is such a place.
fn folder() -> PathBuf {
    std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|path| path.is_dir())
        .unwrap_or_else(std::env::temp_dir)
}

async fn edit_with(program: &str, folder: &Path, text: &str) -> Left {
    let file = match TextFile::create(folder, text) {
        Ok(file) => file,
        Err(error) => return Left::Editor(Err(format!("{}: {error}", folder.display()))),
    };
    match editor(program, &file.0).spawn() {
        Ok(child) => match ended(child).await {
            Ok(Some(status)) if status.success() => Left::Editor(file.read().map_err(|error| error.to_string())),
            Ok(Some(status)) => Left::Editor(Err(format!("{program}: {status}"))),
            Ok(None) => Left::Signal,
            Err(error) => Left::Editor(Err(format!("{program}: {error}"))),
        },
        Err(error) => Left::Editor(Err(format!("{program}: {error}"))),
    }
}

/// Waits for the editor; none where this program is told to end before, and the editor with it.
async fn ended(mut child: Child) -> io::Result<Option<ExitStatus>> {
    let mut signals = Signals::new()?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        tokio::select! {
            end = signals.next() => match end {
                End::Interrupt => {}
                End::Other(_) => break,
            },
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    // an editor that has ended by itself cannot be ended again
    let _ = child.kill();
    child.wait()?;
    Ok(None)
}

/// A file that is removed when it is dropped.
struct TextFile(PathBuf);

impl TextFile {
    fn create(folder: &Path, text: &str) -> io::Result<Self> {
        let path = folder.join(format!("guide-{}.txt", uuid::Uuid::now_v7().simple()));
        let file = private(OpenOptions::new().write(true).create_new(true)).open(&path)?;
        let made = Self(path);
        let mut file = file;
        writeln!(file, "{text}")?;
        Ok(made)
    }

    fn read(&self) -> io::Result<String> {
        let mut text = String::new();
        let n = std::fs::File::open(&self.0)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
        if n as u64 > MAX_BYTES {
            return Err(io::Error::other(format!("the text has more than {MAX_BYTES} bytes")));
        }
        Ok(sanitise(&text, Lines::Many, text.len()))
    }
}

impl Drop for TextFile {
    fn drop(&mut self) {
        // what was removed already is not there
        let _ = std::fs::remove_file(&self.0);
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    async fn left_by(program: &str, folder: &Path) -> Result<String, String> {
        match edit_with(program, folder, "您好，{商品}该保养了。").await {
            Left::Editor(left) => left,
            Left::Signal => Err("signal".to_owned()),
        }
    }

    #[tokio::test]
    async fn an_editor_gets_the_text_in_a_file_of_the_users_own_and_its_text_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen");
        let editor =
            format!("stat -c %a \"$1\" > {0}; cat \"$1\" >> {0}; printf '请\\033[2J来\\n店' >", seen.display());
        assert_eq!(left_by(&editor, folder.path()).await.unwrap(), "请[2J来\n店");
        assert_eq!(std::fs::read_to_string(&seen).unwrap(), "600\n您好，{商品}该保养了。\n");
        std::fs::remove_file(seen).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file is removed");
    }

    #[tokio::test]
    async fn an_editor_that_fails_or_is_not_there_changes_nothing_and_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        for editor in ["false", "no-such-editor-here", "head -c 70000 /dev/zero | tr '\\0' a >"] {
            assert!(left_by(editor, folder.path()).await.is_err(), "{editor}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_file_is_its_users_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = TextFile::create(folder.path(), "x").unwrap();
        assert_eq!(std::fs::metadata(&file.0).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
