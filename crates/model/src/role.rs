//! Who may do what: the organization's roles, the project's roles, and the one table that decides.

words! {
    /// What somebody is in an organization.
    OrganizationRole, "organization role" {
        /// Made it, and alone may delete it. One per organization.
        Owner = "owner",
        /// Runs it: members, storages, every project.
        Admin = "admin",
        /// Belongs to it, and sees the projects given to them.
        Member = "member",
    }
}

words! {
    /// What somebody is in a project.
    ProjectRole, "project role" {
        /// Runs the project: settings, imports, exports.
        Manager = "Manager",
        /// Runs its people and tasks.
        Lead = "Lead",
        /// Labels and reviews.
        Reviewer = "Reviewer",
        /// Labels.
        Labeler = "Labeler",
    }
}

words! {
    /// Something that must be allowed before it is done.
    Right, "right" {
        /// See the organization's name and one's own role in it.
        ReadOrganization = "organization.read",
        /// Change the organization's name and settings.
        ManageOrganization = "organization.manage",
        /// Delete the organization with everything in it.
        DeleteOrganization = "organization.delete",
        /// See, invite and remove members, change organization roles.
        ManageMembers = "members.manage",
        /// Connect, change, rotate and delete storages.
        ManageStorages = "storages.manage",
        /// Use a storage although its role may be open to others.
        OverrideVerification = "storages.override_verification",
        /// See which storages there are and import from them.
        UseStorages = "storages.use",
        /// Read the record of who did what.
        ReadAudit = "audit.read",
        /// Make one's own API keys and revoke them.
        ManageApiKeys = "api_keys.manage_own",
        /// Make a project.
        CreateProject = "projects.create",
        /// See the project, its settings and batches.
        ReadProject = "project.read",
        /// Change the project's settings, schema and workflow.
        ManageProject = "project.manage",
        /// Delete the project.
        DeleteProject = "project.delete",
        /// Give project roles, no higher than one's own; see [`may_give_project_role`].
        ManageProjectMembers = "project.members.manage",
        /// Make batches and put assets into them.
        ManageBatches = "project.batches.manage",
        /// Import assets, and see and cancel imports.
        ImportAssets = "project.assets.import",
        /// List all assets of the project and open any of them.
        ReadAssets = "project.assets.read",
        /// Change assets: their batches and priority, and whether they are there.
        ManageAssets = "project.assets.manage",
        /// Export labels.
        ExportLabels = "project.labels.export",
        /// Add, requeue, reassign and delete tasks.
        ManageTasks = "project.tasks.manage",
        /// Label the tasks given to oneself, and open their assets.
        Label = "project.tasks.label",
        /// Accept, reject and fix what others labeled.
        Review = "project.tasks.review",
    }
}

impl Right {
    /// Whether it is for work on assets and tasks, which stands still in an archived project.
    pub fn is_for_work(self) -> bool {
        matches!(
            self,
            Self::ManageBatches
                | Self::ManageAssets
                | Self::ImportAssets
                | Self::ManageTasks
                | Self::Label
                | Self::Review
        )
    }
}

const Y: bool = true;
const N: bool = false;

/// Who has a right by the organization role alone, and who by the project role.
struct Row {
    /// owner, admin, member
    organization: [bool; 3],
    /// Manager, Lead, Reviewer, Labeler
    project: [bool; 4],
}

/// The role matrix. Owners and admins need no column for projects: they act as Manager in every one.
#[rustfmt::skip]
fn row(right: Right) -> Row {
    let row = |organization, project| Row { organization, project };
    match right {
        //                                 owner admin member  Manager Lead Reviewer Labeler
        Right::ReadOrganization     => row([Y,    Y,    Y],    [Y,      Y,   Y,       Y]),
        Right::ManageOrganization   => row([Y,    Y,    N],    [N,      N,   N,       N]),
        Right::DeleteOrganization   => row([Y,    N,    N],    [N,      N,   N,       N]),
        Right::ManageMembers        => row([Y,    Y,    N],    [N,      N,   N,       N]),
        Right::ManageStorages       => row([Y,    Y,    N],    [N,      N,   N,       N]),
        Right::OverrideVerification => row([Y,    N,    N],    [N,      N,   N,       N]),
        Right::UseStorages          => row([Y,    Y,    N],    [Y,      N,   N,       N]),
        Right::ReadAudit            => row([Y,    Y,    N],    [N,      N,   N,       N]),
        Right::ManageApiKeys        => row([Y,    Y,    Y],    [Y,      Y,   Y,       Y]),
        Right::CreateProject        => row([Y,    Y,    N],    [N,      N,   N,       N]),
        Right::ReadProject          => row([Y,    Y,    N],    [Y,      Y,   Y,       Y]),
        Right::ManageProject        => row([Y,    Y,    N],    [Y,      N,   N,       N]),
        Right::DeleteProject        => row([Y,    Y,    N],    [Y,      N,   N,       N]),
        Right::ManageProjectMembers => row([Y,    Y,    N],    [Y,      Y,   N,       N]),
        Right::ManageBatches        => row([Y,    Y,    N],    [Y,      N,   N,       N]),
        Right::ImportAssets         => row([Y,    Y,    N],    [Y,      N,   N,       N]),
        Right::ReadAssets           => row([Y,    Y,    N],    [Y,      Y,   Y,       N]),
        Right::ManageAssets         => row([Y,    Y,    N],    [Y,      N,   N,       N]),
        Right::ExportLabels         => row([Y,    Y,    N],    [Y,      N,   N,       N]),
        Right::ManageTasks          => row([Y,    Y,    N],    [Y,      Y,   N,       N]),
        Right::Label                => row([Y,    Y,    N],    [Y,      Y,   Y,       Y]),
        Right::Review               => row([Y,    Y,    N],    [Y,      Y,   Y,       N]),
    }
}

/// Whether somebody with this organization role, and this role in the project at hand (none: not in the project, or
/// no project at hand), has a right.
///
/// For [`Right::UseStorages`], which concerns the whole organization, hand in the highest project role that the user
/// has anywhere in it.
pub fn allows(right: Right, organization: OrganizationRole, project: Option<ProjectRole>) -> bool {
    let row = row(right);
    row.organization[organization as usize] || project.is_some_and(|role| row.project[role as usize])
}

/// The project role that somebody acts with: owners and admins are Manager in every project of their organization.
pub fn acting_role(organization: OrganizationRole, project: Option<ProjectRole>) -> Option<ProjectRole> {
    match organization {
        OrganizationRole::Owner | OrganizationRole::Admin => Some(ProjectRole::Manager),
        OrganizationRole::Member => project,
    }
}

/// Whether somebody may change a project member from one role (none: not yet in the project) to another (none: out of
/// it). Nobody gives or takes a role higher than their own, so a Lead cannot make a Manager, of others or of
/// themselves.
pub fn may_give_project_role(
    organization: OrganizationRole,
    project: Option<ProjectRole>,
    from: Option<ProjectRole>,
    to: Option<ProjectRole>,
) -> bool {
    let Some(own) = acting_role(organization, project) else {
        return false;
    };
    // Declared from the highest to the lowest: a smaller value is a higher role.
    let within = |role: Option<ProjectRole>| role.is_none_or(|role| role >= own);
    allows(Right::ManageProjectMembers, organization, project) && within(from) && within(to)
}

/// Whether somebody may change a member of the organization from one role (none: not yet a member) to another (none:
/// out of it). The owner stays the owner: nobody gives or takes that role.
pub fn may_give_organization_role(
    actor: OrganizationRole,
    from: Option<OrganizationRole>,
    to: Option<OrganizationRole>,
) -> bool {
    let owner = Some(OrganizationRole::Owner);
    allows(Right::ManageMembers, actor, None) && from != owner && to != owner
}

#[cfg(test)]
mod tests {
    use super::*;
    use OrganizationRole::{Admin, Member, Owner};
    use ProjectRole::{Labeler, Lead, Manager, Reviewer};

    #[test]
    fn the_words_are_what_the_public_clients_send() {
        assert_eq!(
            serde_json::to_string(OrganizationRole::ALL).unwrap(),
            r#"["owner","admin","member"]"#
        );
        assert_eq!(
            serde_json::to_string(ProjectRole::ALL).unwrap(),
            r#"["Manager","Lead","Reviewer","Labeler"]"#
        );
        assert_eq!("Admin".parse(), Ok(Admin));
        assert!("Guest".parse::<OrganizationRole>().is_err());
    }

    #[test]
    fn owners_and_admins_can_all_that_a_manager_can() {
        for right in Right::ALL {
            if allows(*right, Member, Some(Manager)) {
                assert!(allows(*right, Owner, None), "{right}");
                assert!(allows(*right, Admin, None), "{right}");
            }
        }
    }

    #[test]
    fn a_higher_project_role_can_all_that_a_lower_one_can() {
        for right in Right::ALL {
            for pair in ProjectRole::ALL.windows(2) {
                assert!(
                    allows(*right, Member, Some(pair[0])) || !allows(*right, Member, Some(pair[1])),
                    "{right}: {pair:?}"
                );
            }
        }
    }

    #[test]
    fn a_member_without_a_project_sees_nothing_but_the_organization_and_own_keys() {
        let rights: Vec<_> = Right::ALL
            .iter()
            .filter(|right| allows(**right, Member, None))
            .collect();
        assert_eq!(rights, [&Right::ReadOrganization, &Right::ManageApiKeys]);
    }

    #[test]
    fn only_the_owner_deletes_the_organization_and_overrides_a_proof() {
        for right in [Right::DeleteOrganization, Right::OverrideVerification] {
            assert!(allows(right, Owner, None), "{right}");
            assert!(!allows(right, Admin, Some(Manager)), "{right}");
        }
    }

    #[test]
    fn only_admins_owners_and_managers_import_and_export() {
        for right in [
            Right::ImportAssets,
            Right::UseStorages,
            Right::ExportLabels,
            Right::ManageAssets,
        ] {
            assert!(
                allows(right, Owner, None) && allows(right, Admin, None),
                "{right}"
            );
            assert!(allows(right, Member, Some(Manager)), "{right}");
            for role in [Some(Lead), Some(Reviewer), Some(Labeler), None] {
                assert!(!allows(right, Member, role), "{right} {role:?}");
            }
        }
    }

    #[test]
    fn only_admins_and_owners_manage_storages_and_members() {
        for right in [
            Right::ManageStorages,
            Right::ManageMembers,
            Right::ReadAudit,
            Right::CreateProject,
        ] {
            assert!(
                allows(right, Owner, None) && allows(right, Admin, None),
                "{right}"
            );
            assert!(!allows(right, Member, Some(Manager)), "{right}");
        }
    }

    #[test]
    fn a_lead_gives_no_role_above_its_own() {
        assert!(may_give_project_role(Member, Some(Lead), None, Some(Labeler)));
        assert!(may_give_project_role(
            Member,
            Some(Lead),
            Some(Reviewer),
            Some(Lead)
        ));
        assert!(!may_give_project_role(
            Member,
            Some(Lead),
            Some(Lead),
            Some(Manager)
        ));
        assert!(!may_give_project_role(
            Member,
            Some(Lead),
            Some(Manager),
            Some(Labeler)
        ));
        assert!(!may_give_project_role(Member, Some(Lead), Some(Manager), None));
        assert!(!may_give_project_role(
            Member,
            Some(Reviewer),
            None,
            Some(Labeler)
        ));
        assert!(!may_give_project_role(Member, None, None, Some(Labeler)));
        assert!(may_give_project_role(Member, Some(Manager), None, Some(Manager)));
        assert!(may_give_project_role(Admin, None, Some(Manager), None));
    }

    #[test]
    fn nobody_makes_or_unmakes_an_owner() {
        assert!(may_give_organization_role(Admin, None, Some(Admin)));
        assert!(may_give_organization_role(Owner, Some(Admin), None));
        assert!(!may_give_organization_role(Owner, Some(Member), Some(Owner)));
        assert!(!may_give_organization_role(Admin, Some(Owner), Some(Member)));
        assert!(!may_give_organization_role(Member, Some(Member), Some(Admin)));
    }
}
