//! Waiting until a hub stands at a gate in its database. So it is killed in the middle of its work, however fast or busy
//! the machine is.

use insitu_store::testing::Gate;

use crate::program::Program;

/// Waits until this program stands there.
pub async fn holds(gate: &Gate<'_>, hub: &mut Program) {
    while !gate.is_reached() {
        hub.assert_lives();
        tokio::task::yield_now().await;
    }
}
