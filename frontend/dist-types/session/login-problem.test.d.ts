export {};
//# sourceMappingURL=login-problem.test.d.ts.map