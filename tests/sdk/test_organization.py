"""Members and invitations through the public SDK."""

import pytest
from imerit_ango.models.enums import OrganizationRoles, ProjectRoles
from imerit_ango.models.invite import Invitation, ProjectAssignment, RoleUpdate

from support.api import Api
from support.hub import EMAIL


@pytest.fixture
def member(sdk, hub, request):
    """Somebody who was invited and came: the e-mail address."""
    email = f"{request.node.name.replace('_', '-')}@example.com"
    invite_and_accept(sdk, hub, Invitation([email], OrganizationRoles.Member))
    return email


def invite_and_accept(sdk, hub, invitation):
    """Invites one person, who opens the link."""
    [invite] = sdk.invite_members_to_org(hub.organization, invitation)["data"]["invites"]
    token = invite["link"].rstrip("/").split("/")[-1]
    new = {"name": "New Member", "password": "a long enough password"}
    Api(hub.url).post(f"/v2/invitations/{token}/accept", new, headers={"Origin": hub.url})


def pending(sdk, hub, email):
    invites = sdk.get_organization_invites(hub.organization)["data"]["invites"]
    return next((invite for invite in invites if invite["to"] == email), None)


def members(sdk, hub):
    users = sdk.get_organization_members(hub.organization)["data"]["users"]
    return {user["email"]: user["organizationRole"] for user in users}


def test_the_owner_is_a_member(sdk, hub):
    assert members(sdk, hub)[EMAIL] == "owner"


def test_an_invitation_is_pending_until_it_is_withdrawn(sdk, hub):
    email = "withdrawn@example.com"
    sdk.invite_members_to_org(hub.organization, Invitation([email], OrganizationRoles.Admin))
    found = pending(sdk, hub, email)
    assert (found["organizationRole"], found["status"]) == ("admin", "Pending")
    assert sdk.delete_organization_invites(hub.organization, [email])["status"] == "success"
    assert pending(sdk, hub, email) is None


def test_an_accepted_invitation_makes_a_member_with_the_projects_it_names(sdk, hub, project):
    email = "labeler@example.com"
    assignment = ProjectAssignment(project, ProjectRoles.Labeler)
    invite_and_accept(sdk, hub, Invitation([email], OrganizationRoles.Member, [assignment]))
    assert members(sdk, hub)[email] == "member"
    assigned = sdk.get_project(project)["data"]["project"]["assignedTo"]
    assert {"assignee": email, "role": "Labeler"} in [
        {"assignee": one["assignee"], "role": one["role"]} for one in assigned
    ]


def test_a_role_is_changed_and_strangers_are_reported(sdk, hub, member):
    updates = [RoleUpdate(member, OrganizationRoles.Admin), RoleUpdate("stranger@example.com", OrganizationRoles.Member)]
    answer = sdk.update_organization_members_role(hub.organization, updates)["data"]["users"]
    assert (answer["updated"], answer["failed"]) == (1, 1)
    assert [result["email"] for result in answer["results"]] == [member, "stranger@example.com"]
    assert members(sdk, hub)[member] == "admin"


def test_a_member_joins_a_project(sdk, hub, project, member):
    assert sdk.add_members_to_project(project, [member], ProjectRoles.Reviewer)["status"] == "success"
    assigned = sdk.get_project(project)["data"]["project"]["assignedTo"]
    assert (member, "Reviewer") in [(one["assignee"], one["role"]) for one in assigned]


def test_a_removed_member_is_gone(sdk, hub, member):
    answer = sdk.delete_organization_members(hub.organization, [member])["data"]
    assert (answer["deleted"], answer["failed"]) == (1, 0)
    assert member not in members(sdk, hub)
