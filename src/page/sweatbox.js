// The one script of the program. Every page works without it.

// The owner's link carries its token behind the `#`, which no browser sends to a server. It is
// kept per tab and per port (a cookie would go to every port of this host), and wiped from the
// address so that it is in no history and in no picture of the screen.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) {
  sessionStorage.setItem("owner-token", token);
  history.replaceState(null, "", location.pathname + location.search);
}

// While the browser waits for the next page, this one is still shown: count down on it.
const countdown = document.querySelector("[data-wait]");
if (countdown) {
  const seconds = Number(countdown.dataset.wait);
  const [status, display] = countdown.children;
  const [text, bar] = display.children;
  let timer;

  const show = (end) => {
    const left = Math.max(0, (end - performance.now()) / 1000);
    bar.value = seconds - left;
    text.firstElementChild.textContent = Math.ceil(left);
  };

  const start = () => {
    if (seconds === 0 || timer) return;
    const end = performance.now() + seconds * 1000;
    status.textContent = `Waiting ${seconds} seconds.`;
    display.hidden = false;
    show(end);
    timer = setInterval(show, 100, end);
  };

  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    status.textContent = "";
    display.hidden = true;
  };

  // Both links leave the page, but only a refresh waits; F5 has no link at all.
  let leavingByLink;
  addEventListener("click", (event) => {
    leavingByLink = event.target.closest("a");
  });
  addEventListener("beforeunload", () => {
    if (!leavingByLink || leavingByLink.matches("[data-refresh]")) start();
    leavingByLink = undefined;
  });
  // Escape stops a page that is loading: then nobody waits any more.
  addEventListener("keydown", (event) => event.key === "Escape" && stop());
  addEventListener("pageshow", stop);
}
