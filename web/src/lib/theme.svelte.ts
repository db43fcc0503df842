// Light or dark: as the system says, unless the reader chose.

type Choice = "system" | "light" | "dark";
const STORED = "headwater.theme";

class Theme {
  choice = $state<Choice>(stored());

  choose(choice: Choice): void {
    this.choice = choice;
    localStorage.setItem(STORED, choice);
    this.apply();
  }
  apply(): void {
    document.documentElement.dataset.theme = this.choice;
  }
}
function stored(): Choice {
  const value = localStorage.getItem(STORED);
  return value === "light" || value === "dark" ? value : "system";
}
export const theme = new Theme();
