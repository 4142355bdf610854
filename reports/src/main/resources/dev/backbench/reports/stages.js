'use strict';
for (const section of document.querySelectorAll('section')) {
  let kept = null;
  const show = means => {
    for (const name of section.querySelectorAll('b.on')) name.classList.remove('on');
    if (means) for (const name of section.querySelectorAll('b')) if (name.dataset.is === means) name.classList.add('on');
  };
  section.addEventListener('mouseover', event => show(event.target.dataset.is || kept));
  section.addEventListener('click', event => {
    const means = event.target.dataset.is;
    kept = means === kept ? null : means || null;
    show(kept);
    if (!kept) return;
    for (const pane of section.querySelectorAll('pre')) {
      const first = pane.querySelector('b.on');
      if (first && !pane.contains(event.target)) pane.scrollTop = first.offsetTop - pane.offsetTop - pane.clientHeight / 3;
    }
  });
}
