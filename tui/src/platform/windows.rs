//! What the system does for `guide`, on Windows.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command};
use std::task::{Context, Poll};
use std::time::Duration;

use guide_common::text::{Lines, sanitise};
use interprocess::ConnectWaitMode;
use interprocess::os::windows::named_pipe::pipe_mode::Bytes;
use interprocess::os::windows::named_pipe::tokio::PipeStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, CtrlLogoff, CtrlShutdown};
use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};
use winsafe::guard::CloseHandlePiGuard;
use winsafe::{CreateProcess, HPROCESS, STARTUPINFO, TokenInfo, co};

/// How long all instances of the pipe may be busy.
const BUSY: Duration = Duration::from_secs(2);

/// Connects to the daemon. Anyone may have taken the pipe's name before the daemon: only this user's is trusted.
pub async fn connect(pipe: &Path) -> io::Result<Connection> {
    let stream = PipeStream::connect_by_path_with_wait_mode(pipe, ConnectWaitMode::Timeout(BUSY)).await?;
    let connection = Connection(stream);
    let server = user_of(&*process(connection.0.server_process_id()?)?)?;
    if server != user_of(&HPROCESS::GetCurrentProcess())? {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "another user serves this pipe"));
    }
    Ok(connection)
}

fn process(pid: u32) -> io::Result<winsafe::guard::CloseHandleGuard<HPROCESS>> {
    HPROCESS::OpenProcess(co::PROCESS::QUERY_LIMITED_INFORMATION, false, pid)
        .map_err(|error| io::Error::from_raw_os_error(error.raw().cast_signed()))
}

/// The user that a process belongs to, as Windows names accounts.
fn user_of(process: &HPROCESS) -> io::Result<String> {
    let token = process.OpenProcessToken(co::TOKEN::QUERY).map_err(io::Error::other)?;
    match token.GetTokenInformation(co::TOKEN_INFORMATION_CLASS::User).map_err(io::Error::other)? {
        TokenInfo::User(user) => user.User.Sid().map(|sid| sid.to_string()),
        _ => None,
    }
    .ok_or_else(|| io::Error::other("the user of a process is not known"))
}

/// The daemon at the other end. Flushing a pipe waits until the other side has read everything, on a thread of its own:
/// nothing here waits for that.
#[derive(Debug)]
pub struct Connection(PipeStream<Bytes, Bytes>);

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.assume_flushed();
    }
}

/// A file that is made takes over its folder's access.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// A folder that is made takes over the access of the folder above it.
pub fn private_folder() -> DirBuilder {
    DirBuilder::new()
}

/// Whether a file can be run.
pub fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// Whether a folder is this user's own: the one for temporary files is each user's own.
pub fn is_own_folder(found: &fs::Metadata) -> bool {
    found.is_dir()
}

/// Whether a process has ended.
pub fn has_ended(pid: u32) -> bool {
    match process(pid) {
        Ok(process) => process.GetExitCodeProcess().is_ok_and(|code| code != STILL_ACTIVE),
        // what another user runs cannot be opened, but it is there
        Err(error) => error.kind() != io::ErrorKind::PermissionDenied,
    }
}

const STILL_ACTIVE: u32 = 259;

/// Asks a program to stop: its standard input ends, which it watches.
pub fn ask_to_stop(child: &mut Child) {
    drop(child.stdin.take());
}

/// The locale that messages are wanted in: what is set as on Unix, else what Windows says of this user.
pub fn locale() -> Option<String> {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(set).or_else(sys_locale::get_locale)
}

/// The editor of a user who has named none.
pub const EDITOR: &str = "notepad";

/// Runs an editor on a file. It is a command line: it may have arguments of its own.
pub fn editor(line: &str, file: &Path) -> Command {
    let mut shell = Command::new("cmd");
    // cmd takes the outer quotes away and the rest as it is
    shell.arg("/S").arg("/C").raw_arg(format!("\"{line} \"{}\"\"", file.display()));
    shell
}

/// What a program that fills the clipboard reads: `clip.exe` takes bytes for the old code page unless they are UTF-16.
pub fn clipboard_bytes(program: &str, text: &str) -> Vec<u8> {
    if program != "clip.exe" {
        return text.as_bytes().to_vec();
    }
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// What ends a program which has something to clean up first: Ctrl-C, Ctrl-Break, a console that closes, logoff, shutdown.
#[derive(Debug)]
pub struct Signals {
    interrupt: CtrlC,
    interrupt_hard: CtrlBreak,
    close: CtrlClose,
    log_off: CtrlLogoff,
    shut_down: CtrlShutdown,
}

/// A wish that the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// From the keyboard; another program in the foreground gets it too.
    Interrupt,
    /// From somebody else, with the number of the signal that is the like on Unix.
    Other(u8),
}

impl End {
    /// The number of the signal.
    pub fn number(self) -> u8 {
        const INTERRUPT: u8 = 2;
        match self {
            Self::Interrupt => INTERRUPT,
            Self::Other(number) => number,
        }
    }
}

impl Signals {
    /// Catches them from here on.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: ctrl_c()?,
            interrupt_hard: ctrl_break()?,
            close: ctrl_close()?,
            log_off: ctrl_logoff()?,
            shut_down: ctrl_shutdown()?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) -> End {
        const HANG_UP: u8 = 1;
        const TERMINATE: u8 = 15;
        tokio::select! {
            _ = self.interrupt.recv() => End::Interrupt,
            _ = self.interrupt_hard.recv() => End::Other(TERMINATE),
            _ = self.close.recv() => End::Other(HANG_UP),
            _ = self.log_off.recv() => End::Other(HANG_UP),
            _ = self.shut_down.recv() => End::Other(TERMINATE),
        }
    }
}

/// A daemon that was started for good: without a console, and without any handle of this process, so that whoever reads
/// what this one prints does not wait for the daemon's end.
pub struct Started {
    process: CloseHandlePiGuard,
    words: PathBuf,
    words_before: u64,
}

impl Started {
    /// Starts it.
    pub fn new(program: &Path, args: &[&str], log_folder: PathBuf) -> io::Result<Self> {
        let words = log_folder.join("guided.out");
        let words_before = fs::metadata(&words).map_or(0, |found| found.len());
        let line = format!("\"{}\" {}", program.display(), args.join(" "));
        let flags = co::CREATE::DETACHED_PROCESS | co::CREATE::NEW_PROCESS_GROUP;
        let process = CreateProcess(
            program.to_str(),
            Some(&line),
            None,
            None,
            false,
            flags,
            &[],
            None,
            &mut STARTUPINFO::default(),
        )
        .map_err(|error| io::Error::from_raw_os_error(error.raw().cast_signed()))?;
        Ok(Self { process, words, words_before })
    }

    /// Its last words, where it has ended without success; `Ok` where it runs or ended well.
    pub fn failed(&mut self) -> Result<(), String> {
        let code = self.process.hProcess.GetExitCodeProcess().unwrap_or(STILL_ACTIVE);
        if code == STILL_ACTIVE || code == 0 {
            return Ok(());
        }
        let words = self.said().unwrap_or_default();
        let last = words.lines().rev().find(|line| !line.trim().is_empty());
        Err(last.map_or_else(|| format!("exit code {code:#x}"), |line| sanitise(line, Lines::One, 300)))
    }

    /// What it has left since it was started.
    fn said(&self) -> io::Result<String> {
        let mut file = File::open(&self.words)?;
        file.seek(SeekFrom::Start(self.words_before))?;
        let mut words = String::new();
        file.take(4_096).read_to_string(&mut words)?;
        Ok(words)
    }
}
