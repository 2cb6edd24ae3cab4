//! The keys under which everything personal lies on this terminal's disk. The device's key, a file of its own, seals the
//! outbox, the profile and the token, so that what is unsent is sent whoever is there. A guide's cache has a random key
//! that is wrapped by the device's key and, where the guide has a PIN, by the PIN as well. `docs/security.md` says
//! against whom that protects.

mod device;
mod keys;
mod pin;
mod seal;
mod tries;
pub mod twice;

pub use device::{DeviceError, DeviceKey};
pub use keys::{Vault, VaultError};
pub use pin::{Effort, Pin, PinFault};
pub use seal::{Key, OVERHEAD_BYTES, Sealer};
pub use tries::Tries;
