//! `guidedw`, for Windows: starts the `guided` beside itself without a console window, and ends. It is what starts the
//! daemon at logon; a `guided` that is started so by itself would open a window.
#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

#[cfg(windows)]
fn main() -> ExitCode {
    use std::os::windows::process::CommandExt;
    use std::process::{Command, Stdio};

    const DETACHED_PROCESS: u32 = 0x0000_0008;
    let Ok(own) = std::env::current_exe() else { return ExitCode::FAILURE };
    let mut guided = Command::new(own.with_file_name("guided.exe"));
    guided.args(["run", "--detach"]).creation_flags(DETACHED_PROCESS);
    guided.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // nobody sees why not: the next `guide` starts it, and says so
    match guided.spawn() {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(not(windows))]
fn main() -> ExitCode {
    ExitCode::FAILURE
}
