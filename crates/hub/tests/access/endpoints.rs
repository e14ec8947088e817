//! Every endpoint and what it demands: written down once more, so that a handler that asks for the wrong right is found.

use insitu_model::role::Right;

/// What an endpoint demands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Demands {
    /// Nothing: it is how people get in.
    Nothing,
    /// To be somebody.
    Caller,
    /// A right in the organization at hand.
    InOrganization(Right),
    /// A right in the project of the path.
    OnProject(Right),
    /// A right in the project that the body or query names.
    OnNamedProject(Right),
    /// A right in the project of the task of the path.
    OnTask(Right),
    /// A right in the project of the asset that the path names alone.
    OnAsset(Right),
}

use Demands::{Caller, InOrganization, Nothing, OnAsset, OnNamedProject, OnProject, OnTask};

pub const ENDPOINTS: &[(&str, &str, Demands)] = &[
    (
        "POST",
        "/v2/project/{project}/uploads",
        OnProject(Right::ImportAssets),
    ),
    ("POST", "/v2/file-explorer", InOrganization(Right::UseStorages)),
    (
        "GET",
        "/v2/storages/{id}/files",
        InOrganization(Right::UseStorages),
    ),
    (
        "GET",
        "/v2/storages/{id}/buckets",
        InOrganization(Right::UseStorages),
    ),
    ("GET", "/v2/setup", Nothing),
    ("POST", "/v2/setup", Nothing),
    ("GET", "/v2/session", Caller),
    ("POST", "/v2/session", Nothing),
    ("DELETE", "/v2/session", Caller),
    ("POST", "/v2/session/user", Caller),
    ("POST", "/v2/session/link", Nothing),
    ("GET", "/v2/apiKeys", InOrganization(Right::ManageApiKeys)),
    ("POST", "/v2/apiKeys", InOrganization(Right::ManageApiKeys)),
    ("DELETE", "/v2/apiKeys/{id}", InOrganization(Right::ManageApiKeys)),
    ("POST", "/v2/organization", Caller),
    (
        "GET",
        "/v2/organization/{organization}",
        InOrganization(Right::ReadOrganization),
    ),
    (
        "POST",
        "/v2/organization/{organization}",
        InOrganization(Right::ManageOrganization),
    ),
    (
        "GET",
        "/v2/organization/{organization}/apiKeys",
        InOrganization(Right::ManageMembers),
    ),
    (
        "DELETE",
        "/v2/organization/{organization}/apiKeys/{id}",
        InOrganization(Right::ManageMembers),
    ),
    (
        "GET",
        "/v2/organization/{organization}/users",
        InOrganization(Right::ManageMembers),
    ),
    (
        "POST",
        "/v2/organization/{organization}/users",
        InOrganization(Right::ManageMembers),
    ),
    (
        "DELETE",
        "/v2/organization/{organization}/users",
        InOrganization(Right::ManageMembers),
    ),
    (
        "GET",
        "/v2/organization/{organization}/invites",
        InOrganization(Right::ManageMembers),
    ),
    (
        "POST",
        "/v2/organization/{organization}/invites",
        InOrganization(Right::ManageMembers),
    ),
    (
        "DELETE",
        "/v2/organization/{organization}/invites",
        InOrganization(Right::ManageMembers),
    ),
    (
        "GET",
        "/v2/organization/{organization}/urlRecords",
        InOrganization(Right::ReadAudit),
    ),
    (
        "GET",
        "/v2/organization/{organization}/urlRecords/file",
        InOrganization(Right::ReadAudit),
    ),
    (
        "GET",
        "/v2/organization/{organization}/auditRecords",
        InOrganization(Right::ReadAudit),
    ),
    (
        "GET",
        "/v2/organization/{organization}/auditRecords/file",
        InOrganization(Right::ReadAudit),
    ),
    ("GET", "/v2/invitations/{token}", Nothing),
    ("POST", "/v2/invitations/{token}/accept", Nothing),
    ("GET", "/v2/listProjects", InOrganization(Right::ReadOrganization)),
    ("POST", "/v2/project", InOrganization(Right::CreateProject)),
    ("GET", "/v2/project/{project}", OnProject(Right::ReadProject)),
    ("POST", "/v2/project/{project}", OnProject(Right::ManageProject)),
    ("DELETE", "/v2/project/{project}", OnProject(Right::DeleteProject)),
    (
        "POST",
        "/v2/project/{project}/clone",
        OnProject(Right::ManageProject),
    ),
    (
        "POST",
        "/v2/project/{project}/unarchive",
        OnProject(Right::ManageProject),
    ),
    (
        "POST",
        "/v2/project/{project}/archive",
        OnProject(Right::ManageProject),
    ),
    (
        "GET",
        "/v2/project/{project}/overview",
        OnProject(Right::ReadAssets),
    ),
    (
        "GET",
        "/v2/project/{project}/auditRecords",
        OnProject(Right::ManageProject),
    ),
    (
        "GET",
        "/v2/project/{project}/people",
        OnProject(Right::ManageProjectMembers),
    ),
    (
        "POST",
        "/v2/project/{project}/categorySchema/check",
        OnProject(Right::ManageProject),
    ),
    (
        "POST",
        "/v2/project/{project}/assigned",
        OnProject(Right::ManageProjectMembers),
    ),
    (
        "DELETE",
        "/v2/project/{project}/assigned",
        OnProject(Right::ManageProjectMembers),
    ),
    ("GET", "/v2/batches/{project}", OnProject(Right::ReadAssets)),
    ("POST", "/v2/batches/{project}", OnProject(Right::ManageBatches)),
    (
        "DELETE",
        "/v2/batches/{project}/{batch}",
        OnProject(Right::ManageBatches),
    ),
    ("POST", "/v2/assignBatches", OnNamedProject(Right::ManageBatches)),
    ("GET", "/v2/storages", InOrganization(Right::UseStorages)),
    ("POST", "/v2/storages", InOrganization(Right::ManageStorages)),
    ("GET", "/v2/storages/setup", InOrganization(Right::ManageStorages)),
    (
        "POST",
        "/v2/storages/externalId",
        InOrganization(Right::ManageStorages),
    ),
    ("POST", "/v2/storages/test", InOrganization(Right::ManageStorages)),
    (
        "POST",
        "/v2/storages/{id}/test",
        InOrganization(Right::UseStorages),
    ),
    ("GET", "/v2/storages/{id}", InOrganization(Right::UseStorages)),
    (
        "GET",
        "/v2/storages/{id}/projects",
        InOrganization(Right::ManageStorages),
    ),
    ("POST", "/v2/storages/{id}", InOrganization(Right::ManageStorages)),
    (
        "DELETE",
        "/v2/storages/{id}",
        InOrganization(Right::ManageStorages),
    ),
    (
        "POST",
        "/v2/storages/{id}/rotate",
        InOrganization(Right::ManageStorages),
    ),
    (
        "POST",
        "/v2/storages/{id}/externalId/rotate",
        InOrganization(Right::ManageStorages),
    ),
    (
        "DELETE",
        "/v2/storages/{id}/externalId/rotate",
        InOrganization(Right::ManageStorages),
    ),
    (
        "POST",
        "/v2/storages/{id}/verify",
        InOrganization(Right::ManageStorages),
    ),
    (
        "POST",
        "/v2/storages/{id}/verification/override",
        InOrganization(Right::OverrideVerification),
    ),
    (
        "DELETE",
        "/v2/storages/{id}/verification/override",
        InOrganization(Right::OverrideVerification),
    ),
    ("GET", "/v2/hub/identity", InOrganization(Right::ManageStorages)),
    (
        "POST",
        "/v2/project/{project}/imports",
        OnProject(Right::ImportAssets),
    ),
    (
        "GET",
        "/v2/project/{project}/imports",
        OnProject(Right::ImportAssets),
    ),
    ("GET", "/v2/jobs", InOrganization(Right::ReadOrganization)),
    ("GET", "/v2/imports", InOrganization(Right::ReadOrganization)),
    ("GET", "/v2/imports/{id}", Caller),
    ("POST", "/v2/imports/{id}/cancel", Caller),
    ("GET", "/v2/imports/{id}/report", Caller),
    (
        "GET",
        "/v2/project/{project}/exports",
        OnProject(Right::ExportLabels),
    ),
    (
        "POST",
        "/v2/project/{project}/exports",
        OnProject(Right::ExportLabels),
    ),
    ("GET", "/v2/exports/{id}", Caller),
    ("POST", "/v2/exports/{id}/cancel", Caller),
    ("GET", "/v2/exports/{id}/report", Caller),
    ("GET", "/v2/exports/{id}/file", Nothing),
    ("GET", "/v2/export", OnNamedProject(Right::ExportLabels)),
    ("GET", "/v2/exportV3", OnNamedProject(Right::ExportLabels)),
    (
        "POST",
        "/v2/project/{project}/cloud",
        OnProject(Right::ImportAssets),
    ),
    (
        "GET",
        "/v2/project/{project}/assets",
        OnProject(Right::ReadAssets),
    ),
    (
        "DELETE",
        "/v2/project/{project}/assets",
        OnProject(Right::ManageAssets),
    ),
    (
        "GET",
        "/v2/project/{project}/assets/{asset}",
        OnProject(Right::ReadAssets),
    ),
    (
        "GET",
        "/v2/project/{project}/assets/{asset}/why",
        OnProject(Right::ReadAssets),
    ),
    ("GET", "/v2/assets/{asset}/why", OnAsset(Right::ReadAssets)),
    (
        "GET",
        "/v2/project/{project}/assetChanges",
        OnProject(Right::ManageAssets),
    ),
    (
        "POST",
        "/v2/project/{project}/assetChanges",
        OnProject(Right::ManageAssets),
    ),
    (
        "GET",
        "/v2/project/{project}/assetChanges/{id}",
        OnProject(Right::ManageAssets),
    ),
    (
        "POST",
        "/v2/project/{project}/assetChanges/{id}/cancel",
        OnProject(Right::ManageAssets),
    ),
    (
        "POST",
        "/v2/project/{project}/assetChanges/{id}/undo",
        OnProject(Right::ManageAssets),
    ),
    (
        "POST",
        "/v2/project/{project}/assets/sign",
        OnProject(Right::ReadAssets),
    ),
    (
        "POST",
        "/v2/project/{project}/assets/{asset}/dimensions",
        OnProject(Right::Label),
    ),
    (
        "GET",
        "/v2/project/{project}/probes",
        OnProject(Right::ReadAssets),
    ),
    (
        "POST",
        "/v2/project/{project}/probes/retry",
        OnProject(Right::ImportAssets),
    ),
    ("POST", "/v2/import/labels", OnNamedProject(Right::ImportAssets)),
    ("GET", "/v2/getSignedUrl", OnNamedProject(Right::ImportAssets)),
    ("GET", "/v2/project/{project}/tasks", OnProject(Right::Label)),
    (
        "GET",
        "/v2/project/{project}/tasks/counts",
        OnProject(Right::Label),
    ),
    (
        "POST",
        "/v2/project/{project}/tasks/next",
        OnProject(Right::Label),
    ),
    ("GET", "/v2/task/{task}", OnTask(Right::Label)),
    ("POST", "/v2/task/{task}/sign", OnTask(Right::Label)),
    ("GET", "/v2/task/{task}/why", OnTask(Right::Label)),
    ("POST", "/v2/task/{task}/open", OnTask(Right::Label)),
    ("POST", "/v2/task/{task}/release", OnTask(Right::Label)),
    ("POST", "/v2/task/{task}/skip", OnTask(Right::Label)),
    ("GET", "/v2/task/{task}/history", OnTask(Right::Label)),
    ("POST", "/v2/annotate/{task}", OnTask(Right::Label)),
    ("POST", "/v2/review/{task}", OnTask(Right::Review)),
    ("POST", "/v2/task/assign", OnNamedProject(Right::ManageTasks)),
    (
        "POST",
        "/v2/project/{project}/requeueTasks",
        OnProject(Right::ManageTasks),
    ),
    (
        "POST",
        "/v2/project/{project}/updatePriority",
        OnProject(Right::ManageTasks),
    ),
    ("GET", "/v2/getUploadUrl", OnNamedProject(Right::ImportAssets)),
    // Whoever has the link, and nobody without one: own_files.rs.
    ("GET", "/v2/files/{project}/{type}/{name}", Nothing),
    ("PUT", "/v2/files/{project}/{type}/{name}", Nothing),
    ("PATCH", "/v2/files/{project}/{type}/{name}", Nothing),
];
