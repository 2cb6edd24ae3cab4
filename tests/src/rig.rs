//! Power cuts: a disk of its own in a file, stopped at a moment, copied as it is then, and mounted again from the copy.
//! What the kernel had not yet given to the disk is gone. What it does not show: sectors torn in two, and disks that lie
//! about what they wrote. Everything happens in mount and process namespaces that end with the test, whatever ends it,
//! and take mounts, loop devices and processes along.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::program::wait_for;

/// Where the namespaces' test finds its folder.
const FOLDER: &str = "GUIDE_RIG_FOLDER";

/// Where the rig may work.
#[derive(Debug)]
pub enum Place {
    /// Inside: in this folder.
    Inside(PathBuf),
    /// Outside, where the test has come to its end inside.
    Done,
    /// Nowhere: the machine does not allow it, for this reason.
    LeftOut(String),
}

/// Runs the test of this name once more inside namespaces of its own, or says that this is inside.
pub fn enter(test: &str, folder: &Path) -> Place {
    if let Some(folder) = std::env::var_os(FOLDER) {
        std::thread::spawn(|| {
            // the process outside holds the other end; when it has gone, so does everything here
            let _ = std::io::stdin().lock().read_to_end(&mut Vec::new());
            std::process::exit(1);
        });
        return Place::Inside(folder.into());
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]);
        command
    };
    match unshare().arg("true").stdin(Stdio::null()).output() {
        Err(error) => return Place::LeftOut(format!("unshare cannot be run: {error}")),
        Ok(output) if !output.status.success() => {
            return Place::LeftOut(String::from_utf8_lossy(&output.stderr).trim().to_owned());
        }
        Ok(_) => {}
    }
    if let Err(reason) = try_loop(&mut unshare(), folder) {
        return Place::LeftOut(reason);
    }
    let mut command = unshare();
    command.arg(std::env::current_exe().unwrap()).args(["--exact", test, "--nocapture"]).env(FOLDER, folder);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    let held = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(held);
    eprintln!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "inside: {}", output.status);
    Place::Done
}

/// Whether a file can be mounted as a disk.
fn try_loop(unshare: &mut Command, folder: &Path) -> Result<(), String> {
    let script = "set -e; truncate -s 8M try; mkfs.ext4 -q try; mkdir -p try.d; mount -o loop try try.d; umount try.d";
    let output = unshare.args(["sh", "-c", script]).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

#[track_caller]
fn run(program: &str, args: &[&Path]) {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A disk in a file, mounted.
#[derive(Debug)]
pub struct Disk {
    file: PathBuf,
    /// Where it is mounted.
    pub mount: PathBuf,
}

impl Disk {
    /// An empty one.
    pub fn make(folder: &Path, n_mib: u64) -> Self {
        let disk = Self { file: folder.join("disk"), mount: folder.join("m") };
        fs::create_dir_all(&disk.mount).unwrap();
        fs::File::create(&disk.file).unwrap().set_len(n_mib << 20).unwrap();
        run("mkfs.ext4", &["-q".as_ref(), &disk.file]);
        disk.attach();
        disk
    }

    fn attach(&self) {
        run("mount", &["-o".as_ref(), "loop".as_ref(), &self.file, &self.mount]);
    }

    fn detach(&self) {
        wait_for("nothing to use the disk", || {
            let umount = Command::new("umount").arg(&self.mount).stderr(Stdio::null()).status();
            umount.unwrap().success().then_some(())
        });
    }

    /// What the disk holds at this moment goes to a file beside it. Whoever writes on it must have been stopped.
    pub fn photograph(&self) -> Photograph {
        let [one, two] = ["one", "two"].map(|name| self.file.with_extension(name));
        let sparse = Path::new("--sparse=always");
        // the kernel writes on for a while by itself
        for _ in 0..50 {
            run("cp", &[sparse, &self.file, &one]);
            run("cp", &[sparse, &self.file, &two]);
            if Command::new("cmp").arg("-s").args([&one, &two]).status().unwrap().success() {
                fs::remove_file(&two).unwrap();
                return Photograph { file: one };
            }
        }
        panic!("the disk never comes to rest");
    }

    /// The power is back: the disk is what it was at that moment. Whoever used it must be gone.
    pub fn become_of(&self, photograph: Photograph) {
        self.detach();
        fs::rename(&photograph.file, &self.file).unwrap();
        self.attach();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.mount).stderr(Stdio::null()).status();
        let _ = fs::remove_file(&self.file);
    }
}

/// What a disk held at a moment.
#[derive(Debug)]
pub struct Photograph {
    file: PathBuf,
}

/// Stops a process where it is, all of its threads.
pub fn freeze(pid: u32) {
    assert!(Command::new("kill").args(["-STOP", &pid.to_string()]).status().unwrap().success());
    wait_for("every thread to stop", || {
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
        let mut states = tasks.flatten().filter_map(|task| fs::read_to_string(task.path().join("stat")).ok());
        // the name may hold anything; the state follows its closing bracket
        states.all(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))).then_some(())
    });
}
