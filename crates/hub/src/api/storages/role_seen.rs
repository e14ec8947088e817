//! What a test of a storage saw of its role: news of it has the role tried at once.

use insitu_cloud::doctor::{Diagnosis, Subject, Verdict};
use insitu_model::storage::{TRUST_POLICY_MISSING_EXTERNAL_ID, Verification};
use insitu_store::role_proofs::RoleProof;

use crate::cloud_access::proof::ROLE_DENIED;

/// What a test saw of a role.
pub(super) enum RoleSeen {
    /// It insists on its external ID.
    Insists,
    /// It does not, or does not let the hub in, as this code says.
    Not(&'static str),
}

impl RoleSeen {
    /// None where the test did not get so far, or STS did not say.
    pub fn of(found: &Diagnosis) -> Option<Self> {
        const OF_ROLES: [Subject; 3] = [
            Subject::ExternalId,
            Subject::ExternalIdAbsent,
            Subject::ExternalIdRandom,
        ];
        let of_role = || {
            found
                .checks
                .iter()
                .filter(|check| OF_ROLES.contains(&check.subject))
        };
        let about_trust = |code: &&str| [TRUST_POLICY_MISSING_EXTERNAL_ID, ROLE_DENIED].contains(code);
        let code = of_role().filter_map(|check| check.code).find(about_trust);
        let all_passed = || {
            let passed = of_role().filter(|check| check.verdict == Verdict::Passed);
            passed.count() == OF_ROLES.len()
        };
        code.map(Self::Not)
            .or_else(|| all_passed().then_some(Self::Insists))
    }

    pub fn is_news_to(&self, known: &RoleProof) -> bool {
        match self {
            Self::Insists => known.state != Verification::Verified,
            Self::Not(code) => known.state != Verification::Unverified || known.code.as_deref() != Some(code),
        }
    }
}
