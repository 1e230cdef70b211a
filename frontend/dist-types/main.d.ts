import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
//# sourceMappingURL=main.d.ts.map