//! A stand-in for STS that does what a test tells it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use insitu_model::ambient::{Clock as _, FixedClock};
use tokio::sync::Notify;

use super::grant::{AssumeRoles, Assuming, RoleGrant};
use super::{CredentialError, Credentials};
use crate::connect::ConnectError;
use crate::refusal::{CallError, Refusal};
use crate::sts::SESSION_S_MIN;

/// Gives sessions as long as its role allows, or does not; counts; answers only when let.
pub(super) struct FakeSts {
    pub(super) clock: Arc<FixedClock>,
    pub(super) max_s: AtomicU32,
    /// Sessions to sign with that were asked for and not refused for their length.
    pub(super) calls: AtomicUsize,
    /// The shortest sessions, which only show that the role is still open.
    pub(super) confirmations: AtomicUsize,
    pub(super) refused_for_length: AtomicUsize,
    pub(super) is_gone: AtomicBool,
    pub(super) denies: AtomicBool,
    /// Answers every call with this code of AWS's and 403.
    pub(super) says: std::sync::Mutex<Option<&'static str>>,
    pub(super) hangs: AtomicBool,
    /// How long each answer takes.
    pub(super) takes_ms: AtomicU32,
    pub(super) gate: Option<Notify>,
}

fn refused(status: u16, code: &str, message: &str) -> CredentialError {
    let refusal = Box::new(Refusal {
        status,
        code: Some(code.to_owned()),
        message: Some(message.to_owned()),
        ..Refusal::default()
    });
    CredentialError::Call(CallError::Refused {
        host: "sts".into(),
        call: "AssumeRole",
        refusal,
    })
}

impl AssumeRoles for FakeSts {
    fn assume<'a>(&'a self, _: &'a RoleGrant, duration_s: u32) -> Assuming<'a> {
        Box::pin(async move {
            let takes_ms = self.takes_ms.load(Ordering::SeqCst);
            if takes_ms > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(takes_ms.into())).await;
            }
            if duration_s > self.max_s.load(Ordering::SeqCst) {
                self.refused_for_length.fetch_add(1, Ordering::SeqCst);
                let message =
                    "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
                return Err(refused(400, "ValidationError", message));
            }
            let counter = if duration_s == SESSION_S_MIN {
                &self.confirmations
            } else {
                &self.calls
            };
            let call = counter.fetch_add(1, Ordering::SeqCst) + 1;
            if let Some(gate) = &self.gate {
                gate.notified().await;
            }
            if self.hangs.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            if self.is_gone.load(Ordering::SeqCst) {
                return Err(CallError::from(ConnectError::Timeout { host: "sts".into() }).into());
            }
            if let Some(code) = *self.says.lock().unwrap() {
                return Err(refused(403, code, "no"));
            }
            if self.denies.load(Ordering::SeqCst) {
                return Err(refused(
                    403,
                    "AccessDenied",
                    "not authorized to perform: sts:AssumeRole",
                ));
            }
            let end = self.clock.now_ms() + i64::from(duration_s) * 1000;
            Ok(Credentials::of_session(
                format!("session-{call}"),
                "s",
                "t",
                Some(end),
            ))
        })
    }
}
