// Applies the chosen theme before the first paint; without a choice the system decides.
try {
  const chosen = localStorage.getItem('insitu.theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is closed to us (a private window): the system's theme stays.
}
