//! Why a command did not do what was asked, as an exit code and a sentence.

use guide_common::sop::plan::Lang;

use crate::cli::context::{Style, note};
use crate::cli::start::StartError;
use crate::client::ClientError;
use crate::lang::problem::{Explained, explain};
use crate::text;

/// What a command ends with.
pub type Answer<T> = Result<T, Failure>;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// The command line does not say what is meant.
    Usage(String),
    /// The daemon refused, or did not answer.
    Client(ClientError),
    /// No daemon serves and none could be started.
    Start(StartError),
    /// A rule says no, as a sentence in the user's language.
    Refused(String),
    /// Something else, as a sentence in the user's language.
    Failed(String),
    /// A signal of this number ended it.
    Signal(u8),
    /// It has been said already.
    Reported,
    /// It has been said already, and it is what a rule does not allow or a comparison has found.
    Told,
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::Client(error)
    }
}

impl Failure {
    /// 1 failed, 2 usage, 3 refused by a rule, 4 daemon or hub unreachable.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) | Self::Reported => 1,
            // as a shell says it of a program that the signal ended
            Self::Signal(number) => 128 + (number & 0x7f),
            Self::Usage(_) => 2,
            Self::Refused(_) | Self::Told => 3,
            Self::Start(_) => 4,
            Self::Client(error) => client_exit_code(error),
        }
    }

    /// What happened and the next step; nothing where that has been said.
    fn explained(&self, lang: Lang) -> Option<Explained> {
        Some(match self {
            Self::Reported | Self::Told | Self::Signal(_) => return None,
            Self::Usage(text) | Self::Refused(text) | Self::Failed(text) => {
                Explained { what: text.clone(), next: None }
            }
            Self::Start(error) => error.explain(lang),
            Self::Client(error) => explain(error, lang),
        })
    }

    /// What happened, as a sentence.
    pub fn sentence(&self, lang: Lang) -> String {
        self.explained(lang).map(|explained| explained.what).unwrap_or_default()
    }

    /// Says it on standard error, with the next step below.
    pub fn report(&self, lang: Lang) {
        let Some(explained) = self.explained(lang) else { return };
        let style = Style::of(&std::io::stderr());
        note(&format!("guide: {}", style.red(&explained.what)));
        if let Some(next) = explained.next {
            note(&text!(lang, "       下一步：{next}", "       next: {next}"));
        }
    }
}

fn client_exit_code(error: &ClientError) -> u8 {
    match error {
        ClientError::Unreachable { .. } => 4,
        ClientError::Protocol { .. } => 1,
        ClientError::Problem(problem) => match (problem.code.as_str(), problem.status) {
            ("hub_unreachable", _) => 4,
            ("hub_refused", _) | (_, 403 | 409 | 422) => 3,
            (_, 400) => 2,
            _ => 1,
        },
    }
}

#[cfg(test)]
mod tests {
    use guide_common::wire::Problem;

    use super::*;

    #[test]
    fn exit_codes_say_who_must_act() {
        let code = |status, code| Failure::Client(Problem::new(status, code, "").into()).exit_code();
        assert_eq!(code(422, "needs_amount"), 3);
        assert_eq!(code(409, "task_closed"), 3);
        assert_eq!(code(404, "unknown_task"), 1);
        assert_eq!(code(400, "bad_request"), 2);
        assert_eq!(code(503, "store"), 1);
        assert_eq!(code(502, "hub_unreachable"), 4);
        assert_eq!(code(502, "hub_refused"), 3);
        let source = std::io::Error::from(std::io::ErrorKind::NotFound);
        assert_eq!(Failure::Client(ClientError::Unreachable { socket: "s".into(), source }).exit_code(), 4);
    }
}
