//! What the audit record says was done, and to what.

use std::fmt;

use crate::id::{ApiKeyId, InvitationId, OrganizationId, ProjectId, StorageId, UserId};

words! {
    /// Something that goes on record.
    AuditAction, "action of the audit record" {
        OrganizationCreated = "organization.created",
        OrganizationChanged = "organization.changed",
        MemberInvited = "member.invited",
        InvitationWithdrawn = "member.invitation_withdrawn",
        MemberJoined = "member.joined",
        MemberRoleChanged = "member.role_changed",
        MemberRemoved = "member.removed",
        /// Somebody gave themselves another name.
        MemberRenamed = "member.renamed",
        MemberPasswordChanged = "member.password_changed",
        ApiKeyCreated = "api_key.created",
        ApiKeyRevoked = "api_key.revoked",
        StorageCreated = "storage.created",
        StorageChanged = "storage.changed",
        /// Its access key was replaced.
        StorageRotated = "storage.rotated",
        StorageDeleted = "storage.deleted",
        /// Its role was seen to refuse strangers.
        StorageVerified = "storage.verified",
        StorageUnverified = "storage.unverified",
        VerificationOverridden = "storage.verification_overridden",
        VerificationOverrideEnded = "storage.verification_override_ended",
        ExternalIdRotationBegun = "storage.external_id_rotation_begun",
        ExternalIdRotationEnded = "storage.external_id_rotation_ended",
        ExternalIdRotated = "storage.external_id_rotated",
        /// Somebody was handed a link that writes into a bucket.
        UploadSigned = "storage.upload_signed",
        ProjectCreated = "project.created",
        ProjectChanged = "project.changed",
        ProjectCloned = "project.cloned",
        ProjectArchived = "project.archived",
        ProjectUnarchived = "project.unarchived",
        ProjectDeleted = "project.deleted",
        ProjectRoleGiven = "project.role_given",
        ProjectRoleTaken = "project.role_taken",
        /// Those that were named, or all that a filter let through.
        AssetsChanged = "assets.changed",
        /// A change of many assets ended with another number than was known when it was ordered, or before its end.
        AssetsChangeEnded = "assets.change_ended",
        AssetsChangeCancelled = "assets.change_cancelled",
        BatchCreated = "batch.created",
        BatchRenamed = "batch.renamed",
        BatchDeleted = "batch.deleted",
        TasksAssigned = "tasks.assigned",
        /// Tasks were put into another stage.
        TasksRequeued = "tasks.requeued",
        TaskPriorityChanged = "tasks.priority_changed",
        ImportStarted = "import.started",
        ImportCompleted = "import.completed",
        ImportFailed = "import.failed",
        ImportCancelled = "import.cancelled",
        ExportStarted = "export.started",
        ExportCancelled = "export.cancelled",
    }
}

impl AuditAction {
    /// The actions of a family, such as `storage`, or the one action of this name; none where there is neither.
    pub fn of(text: &str) -> Vec<Self> {
        Self::ALL
            .iter()
            .filter(|action| {
                let word = action.as_str();
                word == text || word.split_once('.').is_some_and(|(family, _)| family == text)
            })
            .copied()
            .collect()
    }
}

/// What something was done to, written as `project:<id>`. What belongs to a project and has no page of its own, such
/// as an import, is on record under the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditSubject {
    Organization(OrganizationId),
    User(UserId),
    Invitation(InvitationId),
    ApiKey(ApiKeyId),
    Storage(StorageId),
    Project(ProjectId),
}

impl fmt::Display for AuditSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization(id) => write!(f, "organization:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Invitation(id) => write!(f, "invitation:{id}"),
            Self::ApiKey(id) => write!(f, "api_key:{id}"),
            Self::Storage(id) => write!(f, "storage:{id}"),
            Self::Project(id) => write!(f, "project:{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_is_asked_for_by_its_name_or_by_its_family() {
        assert_eq!(AuditAction::of("storage.created"), [AuditAction::StorageCreated]);
        assert_eq!(
            AuditAction::of("api_key"),
            [AuditAction::ApiKeyCreated, AuditAction::ApiKeyRevoked]
        );
        assert_eq!(AuditAction::of("stor"), []);
        assert_eq!(AuditAction::of(""), []);
    }

    #[test]
    fn every_action_has_a_family() {
        for word in AuditAction::WORDS {
            assert!(
                word.split_once('.')
                    .is_some_and(|(family, what)| !family.is_empty() && !what.contains('.')),
                "{word}"
            );
        }
    }
}
