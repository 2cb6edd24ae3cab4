//! The hub's `now`, read in this one place: the real clock, or the demo's time in a file that the daemon writes.

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveDateTime, Utc};
use guide_common::time::Zone;

use crate::error::HubError;

/// A moment in the shops.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The wall time there.
    pub shop_time: NaiveDateTime,
    /// Their time zone.
    pub zone: Zone,
}

impl Moment {
    /// The shops' date.
    pub fn today(&self) -> NaiveDate {
        self.shop_time.date()
    }
}

/// Which clock rules shop dates. Time limits, tokens and logs run on real time whatever it is.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's.
    Real,
    /// A file that holds one shop-local time, such as `2026-08-12T10:00:00`.
    Virtual(PathBuf),
}

impl Clock {
    /// The wall time in the shop.
    pub fn shop_time(&self, zone: Zone) -> Result<NaiveDateTime, HubError> {
        match self {
            Self::Real => Ok(zone.shop_time(Utc::now())),
            Self::Virtual(file) => read(file),
        }
    }

    /// The moment in the shops.
    pub fn moment(&self, zone: Zone) -> Result<Moment, HubError> {
        Ok(Moment { shop_time: self.shop_time(zone)?, zone })
    }

    /// Whether this is the demo's clock, and so the hub a training hub.
    pub fn is_virtual(&self) -> bool {
        matches!(self, Self::Virtual(_))
    }
}

fn read(file: &Path) -> Result<NaiveDateTime, HubError> {
    let text = std::fs::read_to_string(file).map_err(|source| HubError::File {
        doing: "reading the virtual clock",
        path: file.to_owned(),
        source,
    })?;
    text.trim().parse().map_err(|_| {
        HubError::refused(format!(
            "the virtual clock {} does not hold a time such as 2026-08-12T10:00:00",
            file.display()
        ))
    })
}
