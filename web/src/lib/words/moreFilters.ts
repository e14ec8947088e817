// The words of the filters of assets that stay folded away.
export const words = {
  filterStorage: 'Storage',
  filterLabels: 'Pre-labels',
  labelsWithout: 'Came without labels',
  filterState: 'State',
  noStorage: 'Public, or on this hub',
  stateActive: 'Active',
  stateDeleted: 'Deleted',
};
