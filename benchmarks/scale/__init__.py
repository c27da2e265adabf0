"""How far it scales: workers on simulated time, and what a page costs each server. `docs/scaling.md` says what follows."""
