// The words of somebody's own name and password, and of what their organization is called.
export const words = {
  title: 'Account',
  signedInAs: (email: string) => `You are signed in as ${email}.`,
  name: 'Your name',
  nameMissing: 'your name',
  password: 'Password',
  changePassword: 'Change password',
  current: 'Present password',
  currentMissing: 'your present password',
  wanted: 'New password',
  wantedHint: (least: number) =>
    `At least ${least} characters. It signs you out of all other browsers; your API keys go on working.`,
  save: 'Save',
  renamed: 'Your name was changed.',
  passwordChanged: 'Your password was changed. You are signed out of all other browsers.',
  organizationTitle: 'Rename organization',
  organizationRenamed: (name: string) => `The organization is now called “${name}”.`,
};
