//! The filters that a guide keeps under names.

use guide_common::wire::list::{ListRequest, SavedList, SavedLists};
use hyper::Method;

use crate::client::{Client, PATIENCE, Result, encoded};

impl Client {
    /// The saved lists, each with the number of customers who meet it.
    pub async fn lists(&self) -> Result<SavedLists> {
        self.read("/v1/lists").await
    }

    /// Keeps a filter under a name, in the place of the one that had it.
    pub async fn save_list(&self, name: &str, filter: &str) -> Result<SavedList> {
        let request = ListRequest { filter: filter.to_owned() };
        self.write(Method::PUT, &format!("/v1/lists/{}", encoded(name)), &request).await
    }

    /// Takes a list away; the answer is what it was.
    pub async fn remove_list(&self, name: &str) -> Result<SavedList> {
        self.call(Method::DELETE, &format!("/v1/lists/{}", encoded(name)), Vec::new(), PATIENCE).await
    }
}
