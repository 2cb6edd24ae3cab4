//! What the system does for the daemon, on Windows.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context;
use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown};
use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
use winsafe::{GetDiskFreeSpaceEx, GetTickCount64, HPROCESS, TokenInfo, co};

/// No console window for a program that is started on the way.
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// What is made inherits the access of its folder: see [`private_folder`]. Memory is not kept from this user's programs.
pub fn keep_to_its_user() {}

/// Makes a folder, and those above it, that only its user may enter. The topmost folder that is made here takes nothing
/// over from the folder above it, and what is made below takes this over.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    let Some(top) = folder.ancestors().take_while(|above| !above.exists()).last() else { return Ok(()) };
    fs::create_dir(top)?;
    // a disk that knows no access, as most USB sticks, is used as it is; docs/install.md says so
    let _ = keep_to(top);
    fs::create_dir_all(folder)
}

/// Gives a folder to this user alone.
fn keep_to(folder: &Path) -> io::Result<()> {
    let user = format!("*{}:(OI)(CI)F", own_sid()?);
    let mut icacls = Command::new("icacls");
    icacls.arg(folder).args(["/inheritance:r", "/grant:r", &user]).creation_flags(CREATE_NO_WINDOW);
    let ended = icacls.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if ended.success() { Ok(()) } else { Err(io::Error::other(format!("icacls: {ended}"))) }
}

/// The user that this process belongs to, as Windows names accounts.
pub fn own_sid() -> io::Result<String> {
    let token = HPROCESS::GetCurrentProcess().OpenProcessToken(co::TOKEN::QUERY).map_err(io::Error::other)?;
    match token.GetTokenInformation(co::TOKEN_INFORMATION_CLASS::User).map_err(io::Error::other)? {
        TokenInfo::User(user) => user.User.Sid().map(|sid| sid.to_string()),
        _ => None,
    }
    .ok_or_else(|| io::Error::other("the user of this process is not known"))
}

/// A file that is made takes over its folder's access.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// What others may do with a file or folder: not known here.
pub fn open_to_others(path: &Path) -> io::Result<Option<u32>> {
    fs::metadata(path).map(|_| None)
}

/// Opens a file to have what others wrote into it on disk: only who may write can ask for that.
pub fn open_to_sync(path: &Path) -> io::Result<File> {
    File::options().write(true).open(path)
}

/// Opens a file that is written at its end only and can be cut to a length, and makes it where it is missing. One that is
/// opened for appending alone could not be cut.
pub fn open_to_append(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(false).open(path)
}

/// Goes to the end of a file that was opened to append: nobody else writes into it.
pub fn to_the_end(file: &mut File) -> io::Result<()> {
    file.seek(SeekFrom::End(0)).map(drop)
}

/// Names are durable without it: NTFS has a log of its own, and a folder cannot be written through.
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// How much this user can still write to the disk of a folder.
pub fn n_free_bytes(folder: &Path) -> io::Result<u64> {
    let mut n_free = 0;
    GetDiskFreeSpaceEx(folder.to_str(), Some(&mut n_free), None, None).map_err(io::Error::other)?;
    Ok(n_free)
}

/// How many bytes of the disk a file holds: its length, since nothing here leaves holes.
pub fn n_held_bytes(found: &Metadata) -> u64 {
    found.len()
}

/// Reserves no room: it has to be written.
pub fn reserve(_file: &File, _n_bytes: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The time since the machine was started, with its sleep.
pub fn since_boot() -> Duration {
    Duration::from_millis(GetTickCount64())
}

/// Whether a program was ended by a fault of its own: its code is then an NTSTATUS of the severity "error".
pub fn crashed(status: ExitStatus) -> bool {
    const ERROR: u32 = 0xC000_0000;
    // it was ended from outside: logoff, shutdown, Ctrl-C
    const CONTROL_C_EXIT: u32 = 0xC000_013A;
    status.code().map(i32::cast_unsigned).is_some_and(|code| code >= ERROR && code != CONTROL_C_EXIT)
}

/// The machine's name, as it calls itself.
pub fn host_name() -> Option<String> {
    std::env::var("COMPUTERNAME").ok()
}

/// The locale that messages are wanted in: what is set as on Unix, else what Windows says of this user.
pub fn locale() -> Option<String> {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set).or_else(sys_locale::get_locale)
}

/// Whether there is a desktop that could show a reminder.
pub fn has_desktop() -> bool {
    true
}

/// The shell that runs a command line of the user's.
pub fn shell(line: &str) -> Command {
    let mut shell = Command::new("cmd");
    // cmd takes the line as it is, without the quotes of other programs
    shell.arg("/C").raw_arg(line).creation_flags(CREATE_NO_WINDOW);
    shell
}

/// Starts a program without a window: a daemon without a console would open one with it.
pub fn windowless(command: &mut Command) -> &mut Command {
    command.creation_flags(CREATE_NO_WINDOW)
}

/// What the system can ask of the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To stop: Ctrl-C, Ctrl-Break, its console closes, its user logs off, the machine shuts down. A daemon without a
    /// console hears none of them and is ended: what it has said is saved is on the disk.
    Stop,
    /// To read its settings again: nothing here says so but `POST /v1/reload`.
    Reload,
}

/// Hears what the system asks.
#[derive(Debug)]
pub struct Wishes {
    interrupt: CtrlC,
    interrupt_hard: CtrlBreak,
    close: CtrlClose,
    log_off: CtrlLogoff,
    shut_down: CtrlShutdown,
}

impl Wishes {
    /// Listens from here on.
    pub fn new() -> anyhow::Result<Self> {
        let doing = "listening for the console's events";
        Ok(Self {
            interrupt: ctrl_c().context(doing)?,
            interrupt_hard: ctrl_break().context(doing)?,
            close: ctrl_close().context(doing)?,
            log_off: ctrl_logoff().context(doing)?,
            shut_down: ctrl_shutdown().context(doing)?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.interrupt.recv() => Wish::Stop,
            _ = self.interrupt_hard.recv() => Wish::Stop,
            _ = self.close.recv() => Wish::Stop,
            _ = self.log_off.recv() => Wish::Stop,
            _ = self.shut_down.recv() => Wish::Stop,
        }
    }
}

/// Nothing is left to do: `guide` starts it without a console and without pipes.
pub fn detach(_log_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Keeps the last words of a daemon that cannot serve where `guide` reads them: it has no other way to say them.
pub fn leave_words(log_folder: &Path, words: &str) {
    let file = File::options().create(true).append(true).open(log_folder.join("guided.out"));
    // nobody is left to tell
    let _ = file.and_then(|mut file| writeln!(file, "{words}"));
}
