//! Conditions of plans.
use serde::{Deserialize, Serialize};
/// x
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition(String);
/// x
#[derive(Clone, Copy, Debug)]
pub enum Scope {
    /// x
    Customer,
    /// x
    Step,
}
/// x
pub struct ConditionError {
    /// x
    pub offset: usize,
    /// x
    pub message: String,
}
impl Condition {
    /// x
    pub fn parse(text: &str, _scope: Scope) -> Result<Self, ConditionError> {
        Ok(Self(text.to_owned()))
    }
    /// x
    pub fn text(&self) -> &str {
        &self.0
    }
}
