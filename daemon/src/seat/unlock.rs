//! Beginning a turn, and the PINs that it takes.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use guide_common::id::GuideId;

use super::open::Cache;
use super::{Seat, lock};
use crate::app::{App, OpenError};
use crate::profile::{GuideFolder, Profile, Token};
use crate::sync::Access;
use crate::vault::{Key, Pin, PinFault, VaultError};

/// Why a turn does not begin, or a PIN is not changed.
#[derive(Debug, thiserror::Error)]
pub enum UnlockError {
    /// No such guide is enrolled here.
    #[error("this guide is not enrolled at this terminal")]
    UnknownGuide,
    /// The PIN is wrong.
    #[error("this is not the PIN; {n_left} more may be wrong")]
    WrongPin {
        /// How many more may be wrong before the next has to wait.
        n_left: u32,
    },
    /// Too many were wrong.
    #[error("too many wrong PINs: wait {} s", .0.as_secs() + 1)]
    Wait(Duration),
    /// The new PIN is none.
    #[error(transparent)]
    Pin(#[from] PinFault),
    /// Nobody is at the terminal.
    #[error("the terminal is locked")]
    Locked,
    /// The key.
    #[error(transparent)]
    Vault(VaultError),
    /// The guide's data cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

impl App {
    /// Begins the turn of a guide, or of the one in front; returns its name.
    pub async fn unlock(self: &Arc<Self>, guide: Option<&GuideId>, pin: Option<&str>) -> Result<String, UnlockError> {
        let seat = match guide {
            Some(guide) => self.desk.find(guide),
            None => self.desk.front(),
        };
        let seat = seat.ok_or(UnlockError::UnknownGuide)?;
        let _turn = seat.unlocking.lock().await;
        let key = self.key(&seat, pin.map(Pin::typed)).await?;
        self.unseal(&seat, key, Cache::Keep).await?;
        Ok(self.desk.take(&seat))
    }

    /// The key of a seat's cache, with the PIN where there is one.
    async fn key(&self, seat: &Seat, pin: Option<Pin>) -> Result<Key, UnlockError> {
        if !seat.has_pin() {
            return seat.vault.open().map_err(UnlockError::Vault);
        }
        {
            let mut tries = lock(&seat.tries);
            if let Some(wait) = tries.wait() {
                return Err(UnlockError::Wait(wait));
            }
            if pin.is_none() {
                return Err(UnlockError::WrongPin { n_left: tries.n_left() });
            }
            if let Err(error) = tries.begin() {
                // a full disk must not lock a guide out; it is counted until the daemon ends
                tracing::warn!(%error, "noting that a PIN was tried");
            }
        }
        let (vault, pin) = (seat.vault.clone(), pin.unwrap_or_else(|| Pin::typed("")));
        let unlocked = tokio::task::spawn_blocking(move || vault.unlock(&pin)).await;
        let mut tries = lock(&seat.tries);
        match unlocked.unwrap_or(Err(VaultError::Memory)) {
            Ok(key) => {
                tries.right();
                Ok(key)
            }
            Err(VaultError::WrongPin) => Err(UnlockError::WrongPin { n_left: tries.n_left() }),
            Err(error) => Err(UnlockError::Vault(error)),
        }
    }

    /// Sets, changes or takes away the PIN of the guide who is at the terminal.
    pub async fn change_pin(self: &Arc<Self>, old: Option<&str>, new: Option<&str>) -> Result<(), UnlockError> {
        let seat = self.desk.front().ok_or(UnlockError::UnknownGuide)?;
        let _turn = seat.unlocking.lock().await;
        let new = new.map(Pin::chosen).transpose()?;
        let key = self.key(&seat, old.map(Pin::typed)).await?;
        let (vault, effort, has_pin) = (seat.vault.clone(), self.effort, new.is_some());
        let wrapped =
            tokio::task::spawn_blocking(move || vault.wrap(&key, new.as_ref().map(|pin| (pin, effort)))).await;
        wrapped.unwrap_or(Err(VaultError::Memory)).map_err(UnlockError::Vault)?;
        seat.has_pin.store(has_pin, Ordering::Relaxed);
        self.desk.watch_again();
        Ok(())
    }

    /// Takes an enrolment, of a new guide, or of one whose access or PIN was lost, and begins the turn; returns its name. The outbox stays in any case; where the
    /// cache's key is not known, the cache goes and is fetched again.
    pub async fn enrolled(
        self: &Arc<Self>,
        folder: GuideFolder,
        profile: Profile,
        token: Token,
    ) -> Result<String, UnlockError> {
        let Some(seat) = self.desk.find(&profile.guide.id) else {
            folder.write(&profile, &token).map_err(OpenError::Io)?;
            let seat = self.open_seat(folder, profile, token)?;
            self.desk.add(Arc::clone(&seat));
            return Ok(self.desk.take(&seat));
        };
        let _turn = seat.unlocking.lock().await;
        folder.write(&profile, &token).map_err(OpenError::Io)?;
        *lock(&seat.profile) = profile.clone();
        let is_at_it = self.desk.attends(&seat.guide).1;
        let terminal = match seat.terminal() {
            Some(terminal) => {
                if seat.has_pin() && !is_at_it {
                    // whoever has the code need not know the PIN
                    seat.vault.wrap(&terminal.key, None).map_err(UnlockError::Vault)?;
                    seat.has_pin.store(false, Ordering::Relaxed);
                }
                terminal
            }
            None => {
                let key = seat.vault.renew().map_err(UnlockError::Vault)?;
                seat.has_pin.store(false, Ordering::Relaxed);
                self.unseal(&seat, key, Cache::Forget).await?
            }
        };
        lock(&seat.tries).right();
        terminal.sync.renew(Access { hub: profile.hub, token, trust: profile.trust });
        Ok(self.desk.take(&seat))
    }
}
