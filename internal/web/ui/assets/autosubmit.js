// Sends the only form of a hand-off page. Its button stays for those without scripts.
(() => {
  const forms = document.querySelectorAll("form[data-autosubmit]");
  if (forms.length === 1) forms[0].submit();
})();
