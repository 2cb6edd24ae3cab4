//! How many random cases a law is tried on, and which.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;

/// The same cases on every machine; `PROPTEST_RNG_SEED` asks for others, as the nightly run does.
pub fn cases(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_260_812),
        asked => asked,
    };
    ProptestConfig { cases, max_global_rejects: 1 << 20, failure_persistence: None, rng_seed, ..default }
}
