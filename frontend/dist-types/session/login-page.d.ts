import './login.css';
export declare function LoginPage({ expired }: {
    expired: boolean;
}): import("react").JSX.Element;
//# sourceMappingURL=login-page.d.ts.map