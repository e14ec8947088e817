// The words of the filters of assets that stay folded away.
export const words = {
  filterStorage: 'Storage',
  filterLabels: 'Pre-labels',
  labelsWithout: 'Came without labels',
  filterState: 'State',
  noStorages: 'This organization has no storages.',
  stateActive: 'Active',
  stateDeleted: 'Deleted',
};
