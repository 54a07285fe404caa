/**
 * pass@k: the probability that at least one of k samples is right, without bias from n samples of which c are
 * right: 1 − C(n−c, k) / C(n, k) (Chen et al. 2021, Eq. 1), as a product so that nothing overflows.
 * @returns undefined for k > n: it cannot be told.
 */
export function passAtK(n: number, c: number, k: number): number | undefined {
  if (k > n) return undefined;
  if (n - c < k) return 1;
  let allWrong = 1;
  for (let i = n - c + 1; i <= n; i++) allWrong *= 1 - k / i;
  return 1 - allWrong;
}
