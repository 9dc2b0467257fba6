// Before the first paint: a chosen theme must not flash, nor a page that needs a login before who has none.
try {
  const { dataset } = document.documentElement;
  const theme = localStorage.getItem('patchbay.theme');
  if (theme === 'light' || theme === 'dark') dataset.theme = theme;
  const login = localStorage.getItem('patchbay.login') !== null;
  if (dataset.page === 'closed' && !login) {
    const wanted = location.pathname + location.search;
    location.replace('/login' + (wanted === '/' ? '' : `?to=${encodeURIComponent(wanted)}`));
  }
  // Who is let in at once need not see the door.
  if (dataset.page === 'closed' && !login || dataset.page === 'open' && login) dataset.page = 'hidden';
} catch {
  // A browser that keeps nothing follows the system.
}
