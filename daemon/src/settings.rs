//! The daemon's part of `config.toml`, read at the start and again when it is asked to: a bad file costs only what is
//! wrong in it.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use guide_common::config::{Config, MAX_FILE_BYTES};
use guide_common::sop::plan::Lang;
use tokio::sync::Notify;

/// The settings in force.
#[derive(Debug)]
pub struct SettingsHolder {
    file: PathBuf,
    /// Whether the environment asks for English.
    is_english: bool,
    config: RwLock<Arc<Config>>,
    changed: Notify,
}

impl SettingsHolder {
    /// Reads a file; `locale` decides on the language where the file does not.
    pub fn open(file: PathBuf, locale: Option<&str>) -> Self {
        let is_english = locale.is_some_and(|locale| locale.starts_with("en"));
        let holder = Self { file, is_english, config: RwLock::default(), changed: Notify::new() };
        holder.reload();
        holder
    }

    /// What is in force.
    pub fn get(&self) -> Arc<Config> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The language of what the daemon itself shows.
    pub fn lang(&self) -> Lang {
        self.get().lang().unwrap_or(if self.is_english { Lang::En } else { Lang::Zh })
    }

    /// Reads the file again; returns what is wrong with it.
    pub fn reload(&self) -> Vec<String> {
        let shown = self.file.display();
        let is_long = std::fs::metadata(&self.file).is_ok_and(|found| found.len() > MAX_FILE_BYTES);
        let (config, faults) = match std::fs::read_to_string(&self.file) {
            _ if is_long => (Config::default(), vec![format!("{shown} has more than {MAX_FILE_BYTES} bytes")]),
            Ok(text) => {
                let (config, faults) = Config::read(&text);
                (
                    config,
                    faults
                        .iter()
                        .map(|fault| format!("{shown}:{}: {}", fault.line, fault.wrong.told(Lang::En)))
                        .collect(),
                )
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Default::default(),
            Err(error) => (Config::default(), vec![format!("{shown}: {error}")]),
        };
        for fault in &faults {
            tracing::warn!(fault, "a setting has its default");
        }
        *self.config.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
        self.changed.notify_waiters();
        faults
    }

    /// Waits until the file was read again.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_again_and_a_bad_one_costs_what_is_wrong_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let settings = SettingsHolder::open(file.clone(), Some("en_GB.UTF-8"));
        assert_eq!((settings.lang(), settings.get().remind().per_hour), (Lang::En, 6));
        std::fs::write(&file, "lang = \"zh\"\n[remind]\nper_hour = 3\nnames = 1\n").unwrap();
        let faults = settings.reload();
        assert_eq!((settings.lang(), settings.get().remind().per_hour), (Lang::Zh, 3));
        assert!(faults.len() == 1 && faults[0].contains(":4: remind.names is true or false"), "{faults:?}");
        std::fs::write(&file, "= nonsense").unwrap();
        assert_eq!(settings.reload().len(), 1);
        assert_eq!(settings.get().remind().per_hour, 6);
    }
}
