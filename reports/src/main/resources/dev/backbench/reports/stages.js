'use strict';
for (const section of document.querySelectorAll('section')) {
  const lines = Map.groupBy(section.querySelectorAll('.l'), line => line.dataset.at);
  const names = Map.groupBy(section.querySelectorAll('b'), name => name.dataset.is);
  let kept = null, keptName = null, shown = [], shownNames = [];
  const show = (at, means) => {
    for (const line of shown) line.classList.remove('at');
    for (const name of shownNames) name.classList.remove('on');
    shown = lines.get(at) || [];
    shownNames = names.get(means) || [];
    for (const line of shown) line.classList.add('at');
    for (const name of shownNames) name.classList.add('on');
  };
  const turn = from => {
    for (const pane of section.querySelectorAll('pre')) {
      const first = pane.querySelector('b.on') || pane.querySelector('.l.at');
      if (first && !pane.contains(from)) pane.scrollTop = first.offsetTop - pane.offsetTop - pane.clientHeight / 3;
    }
  };
  const placeOf = target => target.closest('.l')?.dataset.at;
  const keep = target => {
    const at = placeOf(target) || null, means = target.dataset.is || null, again = at === kept && means === keptName;
    kept = again ? null : at;
    keptName = again ? null : means;
    show(kept, keptName);
    if (!again) turn(target);
  };
  section.addEventListener('mouseover', event => show(placeOf(event.target) || kept, event.target.dataset.is || keptName));
  section.addEventListener('click', event => keep(event.target));
  section.addEventListener('focusin', event => show(placeOf(event.target) || kept, keptName));
  section.addEventListener('keydown', event => {
    const line = event.target;
    if (!line.classList.contains('l')) return;
    if (event.key === 'Enter') keep(line);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const all = [...line.closest('pre').querySelectorAll('.l')], next = all[all.indexOf(line) + step];
    if (!next) return;
    line.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}
